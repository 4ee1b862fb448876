"""What the last build wrote, and from what: the memory that lets the next one write only what differs."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import jinja2
import msgspec

from mcp_catalogue.model import Category, Confidence, ServerId, Severity
from mcp_catalogue.pages.output import WORK
from mcp_catalogue.resources import resource_dir

Files = dict[str, bytes]
"""Digest of each file, empty for those of a server.

Names inside the unit's folder are bare, others are paths from the root with a `/` before.
"""
_FILES = msgspec.msgpack.Decoder(Files)
_PACKAGES = Path(__file__).parents[2]


class AttackUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many tools of a server serve one attack pattern, and the riskiest of them."""

    pattern: str
    count: int
    name: str
    file: str
    primary: Category
    severity: Severity
    confidence: Confidence


_USES = msgspec.msgpack.Decoder(tuple[AttackUse, ...])


class Unit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One server, or one group of pages: the digest of all it is made from, its files and attacks (both encoded).

    `count` is the number of files.
    """

    inputs: bytes
    folder: str
    files: bytes
    attacks: bytes = b""
    count: int = 0

    def digests(self) -> Files:
        """Return the digest of each file."""
        return _FILES.decode(self.files)

    def uses(self) -> tuple[AttackUse, ...]:
        """Return the attacks that tools of this server serve."""
        return _USES.decode(self.attacks) if self.attacks else ()

    def pages(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the HTML pages: those inside the folder, by the folder's path, and the others."""
        found = [name for name in self.digests() if name.endswith(".html")]
        yield f"{self.folder}/", [name for name in found if name[0] != "/"]
        yield "", [name[1:] for name in found if name[0] == "/"]

    def paths(self) -> Iterator[str]:
        """Yield the path of each file from the root."""
        for name in self.digests():
            yield name[1:] if name.startswith("/") else f"{self.folder}/{name}"


def make_unit(inputs: bytes, folder: str, files: Files, attacks: tuple[AttackUse, ...] = ()) -> Unit:
    """Return the unit of these files."""
    uses = msgspec.msgpack.encode(attacks) if attacks else b""
    return Unit(inputs, folder, msgspec.msgpack.encode(dict(sorted(files.items()))), uses, len(files))


Units = dict[str, Unit]
"""Units by `server_key` or `group_key`."""


def server_key(server: ServerId) -> str:
    """Return the key of a server's unit."""
    return f"server {server}"


def group_key(group: str) -> str:
    """Return the key of the unit of a group of pages."""
    return f"group {group}"


class Manifest(msgspec.Struct, array_like=True):
    """A whole build: `inputs` covers everything, `units` by key."""

    inputs: bytes = b""
    units: Units = {}


def load(root: Path) -> Manifest | None:
    """Return the manifest of the last build, None where there is none or the last build was interrupted."""
    return _read(root / WORK / "manifest")


def suspend(root: Path) -> None:
    """Mark the build as begun."""
    work = root / WORK
    if (work / "manifest").exists():
        (work / "manifest").replace(work / "manifest.before")


def suspended(root: Path) -> Manifest | None:
    """Return the last manifest of a build that was interrupted, which may no longer describe the disk."""
    return _read(root / WORK / "manifest.before")


def save(root: Path, manifest: Manifest) -> None:
    """Mark the build as finished."""
    work = root / WORK
    manifest.units = dict(sorted(manifest.units.items()))
    (work / "writing").write_bytes(msgspec.msgpack.encode(manifest))
    (work / "writing").replace(work / "manifest")
    (work / "manifest.before").unlink(missing_ok=True)


def _read(path: Path) -> Manifest | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def generator_digest() -> bytes:
    """Return a digest of everything that pages are made with: code, templates, static files, rules, patterns."""
    found = hashlib.blake2b(jinja2.__version__.encode(), digest_size=16)
    for root, pattern in (
        (Path(__file__).parents[1], "**/*.py"),
        (resource_dir("site"), "**/*"),
        (resource_dir("data"), "attacks/*.toml"),
        (resource_dir("data"), "*.json"),
        (_PACKAGES / "classifier", "rules/*.toml"),
    ):
        for path in _sorted(root.glob(pattern)):
            found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.digest()


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(p for p in paths if p.is_file())
