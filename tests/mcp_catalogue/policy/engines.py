"""The engines that policies are made for, got by the user's own clients and kept under build/engines."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ENGINES = Path(__file__).parents[3] / "build" / "engines"
CODEX = "0.169.0"
INTERCEPT = "github.com/policylayer/intercept@latest"


class NotAvailableError(Exception):
    """An engine cannot be had here; the text says why."""


def codex() -> str:
    """Return Codex of the version that the format names, installed by npm."""
    folder = ENGINES / f"codex-{CODEX}"
    binary = folder / "node_modules" / ".bin" / ("codex.cmd" if sys.platform == "win32" else "codex")
    if not binary.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise NotAvailableError("Codex needs npm to be installed")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
        subprocess.run([*command, f"@openai/codex@{CODEX}"], check=True, capture_output=True, timeout=600)
    return str(binary)


def intercept() -> str:
    """Return Intercept, built by Go from its module proxy."""
    binary = ENGINES / ("intercept.exe" if sys.platform == "win32" else "intercept")
    if not binary.exists():
        go = shutil.which("go")
        if go is None:
            raise NotAvailableError("Intercept needs Go to be built")
        ENGINES.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "GOBIN": str(ENGINES)}
        command = [go, "install", INTERCEPT]
        done = subprocess.run(command, check=False, capture_output=True, timeout=600, env=environment)
        if done.returncode:
            raise NotAvailableError(f"Intercept cannot be built: the module proxy does not give {INTERCEPT}")
    return str(binary)


def codex_home(folder: Path, text: str, launch: list[str]) -> dict[str, str]:
    """Write a configuration with a server and our lines under its heading; answer Codex's environment."""
    heading, lines = text.split("\n", 1)
    command = [f"command = {json.dumps(launch[0])}", f"args = {json.dumps(launch[1:])}"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("\n".join([heading, *command, lines]), encoding="utf-8")
    # nothing but the loopback: a proxy that is not there
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    return {**os.environ, **nowhere, "CODEX_HOME": str(folder)}


def codex_reads(binary: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Ask Codex what it makes of its configuration of the server `shop`."""
    command = [binary, "mcp", "get", "shop", "--json"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)


def intercept_reads(binary: str, policy: Path) -> "subprocess.CompletedProcess[str]":
    """Ask Intercept whether a policy file is valid."""
    command = [binary, "validate", "-c", str(policy)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
