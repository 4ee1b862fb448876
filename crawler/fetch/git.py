"""Git's plumbing over repositories that nobody trusts.

Only commands that read objects and the index are run. The repository's own configuration, hooks, filters,
attributes and replacement refs can run or hide nothing: hooks and the file-system monitor are switched off,
blobs come from `cat-file` (no filter, no `export-ignore`), every transport is refused, and neither the
system's nor the user's configuration is read.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mcp_catalogue.errors import FetchError

_SECONDS = 120
_VERSION = re.compile(r"\d+(?:\.\w+)+(?:-[\w.]+)?")
_SWITCHED_OFF = (
    "safe.directory=*",
    "protocol.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=" + os.devnull,
    "core.untrackedCache=false",
    "core.quotePath=false",
    "core.attributesFile=" + os.devnull,
    "core.excludesFile=" + os.devnull,
    "credential.helper=",
)


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of a commit: `kind` is `blob`, `link` or `module` (a submodule's commit)."""

    kind: str
    oid: str
    size: int
    path: str


@dataclass(frozen=True, slots=True)
class Git:
    """One repository: its git directory, and its work tree where it has one."""

    git_dir: Path
    work_tree: Path | None = None

    def text(self, *arguments: str) -> str | None:
        """Return what a command prints, stripped, or None where it fails."""
        done = self._run(arguments)
        return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None

    def commit(self, ref: str | None) -> str | None:
        """Return the full id of the commit that `ref` (a branch, tag or commit; HEAD if None) means, or None.

        A version also means the one tag that ends in it: `Some.Server-1.2.3`, `server/v1.2.3`, `@scope/server@1.2.3`.
        """
        found = self._exact(ref)
        if found is None and ref and _VERSION.fullmatch(ref):
            tags = (self.text("tag", "--list", f"*[-/@_v]{ref}") or "").splitlines()
            return self._exact(tags[0]) if len(tags) == 1 else None
        return found

    def _exact(self, ref: str | None) -> str | None:
        for name in (ref, f"refs/tags/{ref}", f"refs/heads/{ref}", f"refs/remotes/origin/{ref}") if ref else ("HEAD",):
            found = self.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
            if found:
                return found
        return None

    def remote(self) -> str | None:
        """Return the address of `origin`, else of the only remote, or None."""
        if url := self.text("config", "--get", "remote.origin.url"):
            return url
        lines = (self.text("config", "--get-regexp", r"^remote\..*\.url$") or "").splitlines()
        return lines[0].partition(" ")[2] if len(lines) == 1 else None

    def blobs(self, commit: str) -> Iterator[Blob]:
        """Yield every file of `commit`. Raises `FetchError` where the commit cannot be read."""
        done = self._run(("ls-tree", "-r", "-z", "-l", "--full-tree", commit))
        if done.returncode != 0:
            raise FetchError(f"{commit[:12]}: cannot be read from the repository")
        for entry in done.stdout.split(b"\0"):
            head, tab, path = entry.partition(b"\t")
            fields = head.split()
            if not tab or len(fields) != 4:
                continue
            mode, _, oid, size = (f.decode("ascii", "replace") for f in fields)
            kind = {"120000": "link", "160000": "module"}.get(mode, "blob")
            yield Blob(kind, oid, int(size) if size.isdecimal() else 0, os.fsdecode(path))

    def contents(self, oids: list[str]) -> Iterator[bytes | None]:
        """Yield the bytes of each blob in order, None for one that is missing."""
        command = [*_command(), "cat-file", "--batch"]
        with subprocess.Popen(  # noqa: S603 - fixed program and arguments
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment()
        ) as process:
            if process.stdin is None or process.stdout is None:
                return
            for oid in oids:
                process.stdin.write(f"{oid}\n".encode())
                process.stdin.flush()
                head = process.stdout.readline().split()
                if len(head) != 3:
                    yield None
                    continue
                data = process.stdout.read(int(head[2]))
                process.stdout.read(1)
                yield data
            process.stdin.close()

    def listed(self) -> list[str]:
        """Return the work tree's files that git tracks or would track. Raises `FetchError`."""
        done = self._run(("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name"))
        if done.returncode != 0:
            raise FetchError("git cannot list the files of the work tree")
        return sorted({os.fsdecode(p) for p in done.stdout.split(b"\0") if p})

    def ignores(self, folder: Path) -> bool:
        """Tell whether the work tree's own rules leave `folder` out, as where a home folder is a repository."""
        if self.work_tree is None or folder == self.work_tree:
            return False
        inside = folder.relative_to(self.work_tree).as_posix()
        return self.text("check-ignore", "--quiet", "--", inside) is not None

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"}}
        tree = {"GIT_WORK_TREE": str(self.work_tree)} if self.work_tree else {}
        return (
            kept
            | tree
            | {
                "GIT_DIR": str(self.git_dir),
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_ATTR_NOSYSTEM": "1",
                "GIT_NO_REPLACE_OBJECTS": "1",
                "GIT_NO_LAZY_FETCH": "1",
                "GIT_OPTIONAL_LOCKS": "0",
                "GIT_TERMINAL_PROMPT": "0",
                "LC_ALL": "C",
            }
        )

    def _run(self, arguments: tuple[str, ...]) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(  # noqa: S603 - fixed program, no shell
                [*_command(), *arguments],
                capture_output=True,
                check=False,
                timeout=_SECONDS,
                stdin=subprocess.DEVNULL,
                env=self._environment(),
                cwd=self.work_tree,
            )
        except FileNotFoundError as error:
            raise FetchError("the program git is not installed, and is needed to read a repository") from error
        except subprocess.TimeoutExpired as error:
            raise FetchError(f"git {arguments[0]} took longer than {_SECONDS} s") from error


def _command() -> list[str]:
    return ["git", *(word for setting in _SWITCHED_OFF for word in ("-c", setting))]


def find_work_tree(folder: Path) -> Git | None:
    """Return the repository whose work tree `folder` lies in, or None."""
    for top in (folder, *folder.parents):
        marker = top / ".git"
        if marker.is_dir():
            return Git(marker, top)
        if marker.is_file():  # a linked work tree or a submodule: the file names the git directory
            text = marker.read_text("utf-8", "replace").strip()
            target = top / text.removeprefix("gitdir:").strip()
            return Git(target, top) if text.startswith("gitdir:") and target.is_dir() else None
    return None


def web_address(remote: str) -> str | None:
    """Return a remote's address in the form for browsers, without credentials, or None for a local path."""
    if "://" not in remote:
        host, colon, path = remote.rpartition("@")[2].partition(":")
        if not colon or "/" in host or len(host) < 2:
            return None
        remote = f"ssh://{host}/{path}"
    parts = urlsplit(remote)
    if parts.scheme not in {"http", "https", "ssh", "git"} or not parts.hostname:
        return None
    return f"https://{parts.hostname}{parts.path.removesuffix('.git').rstrip('/')}"
