"""What holds for every test: no socket but to loopback, no setting of the user's own."""

import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

REGISTRY_SETTINGS = ("PIP_", "NPM_CONFIG_", "npm_config_", "UV_")
USER_SETTINGS = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "CATALOGUE_MODEL",
    "CATALOGUE_DB",
    "CATALOGUE_CONTACT",
    "GITHUB_TOKEN",
)


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):  # a Unix socket
        return True
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def isolated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Refuse connections beyond loopback, and hide the user's settings, except in tests marked `network`."""
    for name in USER_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    if request.node.get_closest_marker("network"):
        yield
        return
    monkeypatch.setenv("CATALOGUE_CACHE", str(tmp_path / "user-cache"))
    for name in [n for n in os.environ if n.startswith(REGISTRY_SETTINGS)]:
        monkeypatch.delenv(name)
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_loopback(address):
            raise AssertionError(f"a unit test tried to reach {address!r}; mark it network, or give it a transport")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the starter list, crawled once for all tests that carry the marker `network`."""
    database = tmp_path_factory.mktemp("starter") / "catalogue.db"
    script = Path(sys.executable).parent / "catalogue"
    done = subprocess.run([script, "crawl", "--db", database], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return database


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def catalogue(tmp_path: Path) -> Run:
    """Run `catalogue …` in an empty folder; its answer holds the exit code, standard output and standard error."""

    def run(*words: str | Path, given: str | None = None, **variables: str) -> "subprocess.CompletedProcess[str]":
        script = Path(sys.executable).parent / "catalogue"
        folder = tmp_path / "here"
        folder.mkdir(exist_ok=True)
        return subprocess.run(
            [str(script), *map(str, words)],
            cwd=folder,
            env={**os.environ, **variables},
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run
