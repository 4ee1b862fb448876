import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.fetch import FetchContext, fetch, locate
from crawler.http import BlockedAddressError, Guard
from crawler.targets import GitUrl
from mcp_catalogue.errors import FetchError

PRIVATE = Guard(allow_private=True)
GIT = shutil.which("git") or ""
DAEMON = Path(
    subprocess.run([GIT, "--exec-path"], check=True, capture_output=True, text=True).stdout.strip(), "git-daemon"
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """A repository behind git's own daemon on loopback."""
    if not DAEMON.is_file():
        pytest.skip("git has no daemon here")
    work = tmp_path / "base" / "notes"
    work.mkdir(parents=True)
    (work / "server.py").write_text("x = 1\n")
    own = ["-c", "user.name=a", "-c", "user.email=a@registry.example"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], [*own, "commit", "-q", "-m", "x"], ["tag", "v1"]):
        subprocess.run([GIT, *arguments], cwd=work, check=True, env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull})
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        str(DAEMON),
        "--export-all",
        "--reuseaddr",
        "--listen=127.0.0.1",
        f"--port={port}",
        f"--base-path={work.parent}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"HOME": str(tmp_path)}) as process:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"git://127.0.0.1:{port}/notes"
        process.terminate()


@pytest.mark.parametrize("ref", [None, "v1"])
def test_a_repository_elsewhere_is_fetched_with_git(served: str, context: FetchContext, ref: str | None) -> None:
    context = replace(context, guard=PRIVATE)
    located = locate(GitUrl(url=served, ref=ref), context)
    tree = fetch(GitUrl(url=served, ref=ref), context)
    assert tree.files["server.py"] == b"x = 1\n"
    assert tree.origin.id == "local:notes"
    assert located.digest == f"commit:{tree.origin.commit}"


def test_a_ref_that_is_not_there_is_one_clear_line(served: str, context: FetchContext) -> None:
    with pytest.raises(FetchError, match="git could not fetch it") as caught:
        locate(GitUrl(url=served, ref="v9"), replace(context, guard=PRIVATE))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["git://127.0.0.1/x", "https://127.0.0.1/x.git", "ssh://127.0.0.1/x", "https://169.254.169.254/x.git"]
)
def test_git_is_not_sent_to_private_addresses(context: FetchContext, url: str) -> None:
    with pytest.raises(BlockedAddressError):
        locate(GitUrl(url=url), context)


def test_an_address_cannot_be_an_option_or_another_transport(context: FetchContext) -> None:
    for url in ("https://host.invalid/x.git", "git://host.invalid/x"):
        with pytest.raises(FetchError, match="cannot connect"):
            locate(GitUrl(url=url), context)
