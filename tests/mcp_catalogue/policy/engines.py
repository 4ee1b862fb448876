"""The engines that policies are made for, got by the user's own clients and kept under build/engines."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ENGINES = Path(__file__).parents[3] / "build" / "engines"
CODEX = "0.169.0"
CLAUDE_CODE = "2.1.329"
INTERCEPT = "1.1.0"

INTERCEPT_MODULE = f"github.com/policylayer/intercept@v{INTERCEPT}"


class NotAvailableError(Exception):
    """An engine cannot be had here; the text says why."""


def codex() -> str:
    """Return Codex of the version that the format names, installed by npm."""
    folder = _installed(f"codex-{CODEX}", f"@openai/codex@{CODEX}")
    return str(folder / "node_modules" / ".bin" / ("codex.cmd" if sys.platform == "win32" else "codex"))


def claude_code() -> str:
    """Return Claude Code of the version that the format names, installed by npm: the platform's own binary."""
    folder = _installed(f"claude-code-{CLAUDE_CODE}", f"@anthropic-ai/claude-code@{CLAUDE_CODE}")
    found = sorted((folder / "node_modules" / "@anthropic-ai").glob("claude-code-*/claude*"))
    binaries = [path for path in found if path.name in {"claude", "claude.exe"}]
    if not binaries:
        raise NotAvailableError("Claude Code has no binary for this platform")
    return str(binaries[0])


def _installed(name: str, package: str) -> Path:
    folder = ENGINES / name
    if not (folder / "node_modules").exists():
        npm = shutil.which("npm")
        if npm is None:
            raise NotAvailableError(f"{package} needs npm to be installed")
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
        subprocess.run([*command, package], check=True, capture_output=True, timeout=600)
    return folder


def intercept() -> str:
    """Return Intercept: `INTERCEPT_BINARY`, the one on PATH, or what Go makes from its module proxy."""
    named = os.environ.get("INTERCEPT_BINARY") or shutil.which("intercept")
    if named:
        return named
    binary = ENGINES / ("intercept.exe" if sys.platform == "win32" else "intercept")
    if not binary.exists():
        go = shutil.which("go")
        if go is None:
            raise NotAvailableError("Intercept needs Go to be built")
        ENGINES.mkdir(parents=True, exist_ok=True)
        if _built(go) != 0:
            raise NotAvailableError(f"Intercept cannot be built: the module proxy does not give {INTERCEPT_MODULE}")
    return str(binary)


def _built(go: str) -> int:
    """Build from the user's module proxy alone, never from a repository; answer the exit code."""
    told = subprocess.run([go, "env", "GOPROXY"], check=True, capture_output=True, text=True, timeout=60).stdout
    proxies = ",".join(one for one in told.strip().replace("|", ",").split(",") if one != "direct") or "off"
    environment = {**os.environ, "GOBIN": str(ENGINES), "GOPROXY": proxies}
    try:
        command = [go, "install", INTERCEPT_MODULE]
        return subprocess.run(command, check=False, capture_output=True, timeout=300, env=environment).returncode
    except subprocess.TimeoutExpired:
        return 1


def intercept_home(folder: Path) -> dict[str, str]:
    """Return an environment in which Intercept, which writes events below the user's home, writes to a folder."""
    return {**os.environ, "HOME": str(folder), "USERPROFILE": str(folder)}


def codex_home(folder: Path, text: str, launch: list[str]) -> dict[str, str]:
    """Write a configuration with a server and our lines under its heading; answer Codex's environment."""
    heading, lines = text.split("\n", 1)
    command = [f"command = {json.dumps(launch[0])}", f"args = {json.dumps(launch[1:])}"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("\n".join([heading, *command, lines]), encoding="utf-8")
    return {**_offline(), "CODEX_HOME": str(folder)}


def _offline() -> dict[str, str]:
    """Return an environment that reaches nothing but the loopback: its proxy is not there."""
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    return {**os.environ, **nowhere, "DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}


def claude_code_skips(binary: str, folder: Path, settings: str) -> str:
    """Give Claude Code user settings, and return what its own check says of rules that it skipped: empty if none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(settings, encoding="utf-8")
    done = subprocess.run(
        [binary, "doctor"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        env={**_offline(), "CLAUDE_CONFIG_DIR": str(folder)},
    )
    assert f"({CLAUDE_CODE})" in done.stdout
    _, found, told = done.stdout.partition("Invalid settings")
    return told.split("\n\n")[0] if found else ""


def codex_reads(binary: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Ask Codex what it makes of its configuration of the server `shop`."""
    command = [binary, "mcp", "get", "shop", "--json"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=environment)


def intercept_reads(binary: str, policy: Path) -> "subprocess.CompletedProcess[str]":
    """Ask Intercept whether a policy file is valid."""
    command = [binary, "validate", "-c", str(policy)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
