"""A git repository at any other address, fetched with git itself into a bare repository of the cache."""

import os
import subprocess
from dataclasses import replace

import httpcore

from crawler.fetch.base import FetchContext, Fetched, Form, Located
from crawler.fetch.git import Git
from crawler.fetch.local import UNNAMED, as_is
from crawler.http import Guard, origin_of, redact
from crawler.targets import GitUrl
from crawler.tree import Origin
from mcp_catalogue.errors import FetchError
from mcp_catalogue.model import Source, SourceKind

_SECONDS = 300
# No hook, helper, submodule or other transport; no redirect to a place that was not named.
_SETTINGS = (
    "protocol.allow=never",
    "protocol.https.allow=always",
    "protocol.http.allow=always",
    "protocol.ssh.allow=always",
    "protocol.git.allow=always",
    "http.followRedirects=false",
    "core.hooksPath=" + os.devnull,
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",
    "transfer.fsckObjects=false",
    "gc.auto=0",
)


class GitUrlFetcher:
    """Fetches one commit without history."""

    def locate(self, target: GitUrl, context: FetchContext) -> Located:
        """Fetch the commit, since a git host tells it only in that conversation. Raises `FetchError`."""
        pinned = _pinned(target, context.guard)
        folder = context.cache.git_dir(target.url)
        if not folder.is_dir():
            _run(["init", "--quiet", "--bare", str(folder)], target, ())
        wanted = target.ref or "HEAD"
        reference = f"+{wanted}:refs/catalogue/{target.ref or 'HEAD'}"
        fetch = ["--git-dir", str(folder), "fetch", "--quiet", "--depth=1", "--no-tags", target.url, reference]
        _run(fetch, target, pinned)
        commit = Git(folder).commit(f"refs/catalogue/{target.ref or 'HEAD'}")
        if commit is None:
            raise FetchError(f"{redact(target.url)}: no commit {wanted}")
        name = target.url.rstrip("/").rpartition("/")[2].removesuffix(".git")
        address = redact(target.url)
        return Located(
            target=target,
            origin=Origin(
                id=UNNAMED,
                source=Source(kind=SourceKind.GIT, url=address),
                name=name,
                repository=address.removesuffix(".git") if address.startswith("https:") else None,
                commit=commit,
            ),
            form=Form.BARE,
            place=str(folder),
            digest=f"commit:{commit}",
            subpath=target.subpath,
        )

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Return the repository that `locate` brought."""
        del context
        return replace(as_is(located))


def _pinned(target: GitUrl, guard: Guard) -> tuple[str, ...]:
    """Judge the address, and have git go to the one that was judged where its transport lets it be told.

    Raises `BlockedAddressError`, or `FetchError` where the host has no address.
    """
    scheme, host, known = origin_of(target.url)
    port = known or {"ssh": 22, "git": 9418}.get(scheme, 0)
    try:
        addresses = guard.addresses(host, port)
    except httpcore.ConnectError as error:
        raise FetchError(f"{redact(target.url)}: cannot connect ({error})") from error
    if scheme not in {"http", "https"} or not addresses:
        return ()
    address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return (f"http.curloptResolve={host}:{port}:{address}",)


def _run(arguments: list[str], target: GitUrl, pinned: tuple[str, ...]) -> None:
    settings = [word for setting in (*_SETTINGS, *pinned) for word in ("-c", setting)]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, no shell; the address cannot be an option
            ["git", *settings, *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except FileNotFoundError as error:
        raise FetchError("the program git is not installed, and is needed for a git address") from error
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"{redact(target.url)}: git took longer than {_SECONDS} s") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1].replace(target.url, redact(target.url)) if said else "no reason given"
        raise FetchError(f"{redact(target.url)}: git could not fetch it ({reason[:200]})")
