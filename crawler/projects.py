"""Find the packages inside a tree: each folder with a manifest of its own is one project."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml

from crawler.extractors.base import Project
from crawler.metadata import READERS, SUFFIX_READERS, core_metadata
from crawler.noise import is_noise
from crawler.tree import SourceTree

MAX_MANIFEST_BYTES = 2_000_000
_PACKAGE_KEYS = frozenset({"name", "version", "dependencies", "devDependencies", "bin", "main", "scripts", "exports"})
_SUFFIXES = tuple(SUFFIX_READERS)


def find_projects(tree: SourceTree, within: str | None = None) -> Iterator[Project]:
    """Yield the projects of `tree`, nearest the root first, then by path; always at least one.

    With `within` only those at or below that folder, which may then lie in `examples/` and the like.
    """
    base = within or ""
    manifests: dict[str, list[str]] = defaultdict(list)
    paths = tuple(tree.under(base))
    for path in paths:
        folder, _, name = path.rpartition("/")
        known = name in READERS or name.endswith(_SUFFIXES)
        if known and (folder == base or not (is_noise(path, base) or _marks_a_copy(tree, path))):
            manifests[folder].append(name)
    manifests.setdefault(base, [])
    own: dict[str, list[str]] = {root: [] for root in manifests}
    for path in paths:
        root = _nearest(path, manifests, base)
        if not is_noise(path, root):
            own[root].append(path)
    for root in sorted(manifests, key=lambda r: (r.count("/") + bool(r), r)):
        yield Project(tree=tree, root=root, own=tuple(own[root]), **metadata(tree, root, manifests[root]))


def _marks_a_copy(tree: SourceTree, path: str) -> bool:
    """Tell whether a nested package.json only says in which module format a build's copy is, or repeats its package.

    Compilers put `{"type": "module"}` into `dist/esm`, or copy the whole file into `dist`.
    """
    folder, _, name = path.rpartition("/")
    if name != "package.json":
        return False
    own = _read(tree, path, json.loads)
    if not own.keys() & _PACKAGE_KEYS:
        return bool(own)
    while folder:
        folder = folder.rpartition("/")[0]
        outer = _read(tree, f"{folder}/{name}" if folder else name, json.loads)
        if outer:
            return own.get("name") is not None and own.get("name") == outer.get("name")
    return False


def _nearest(path: str, roots: Mapping[str, object], base: str) -> str:
    folder = path.rpartition("/")[0]
    while folder and folder not in roots:
        folder = folder.rpartition("/")[0]
    return folder if folder in roots else base


def metadata(tree: SourceTree, root: str, names: list[str]) -> dict[str, Any]:
    """Return the fields of a `Project` that its manifests give."""
    prefix = f"{root}/" if root else ""
    for name, reader in READERS.items():
        if name in names and (found := _read(tree, prefix + name, reader)):
            return _named(found, root, name)
    for name in sorted(names):
        suffix_reader = SUFFIX_READERS.get(PurePosixPath(name).suffix)
        if suffix_reader is not None and (found := _read(tree, prefix + name, suffix_reader)):
            return {**found, "name": found.get("name") or PurePosixPath(name).stem}
    return {} if root else _packaged(tree)


def _named(found: dict[str, Any], root: str, manifest: str) -> dict[str, Any]:
    if manifest.startswith("build.gradle") and root:
        return {**found, "name": found.get("name") or root.rpartition("/")[2]}
    return found


def _read(tree: SourceTree, path: str, reader: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the readers
    data = tree.read(path)
    if data is None or len(data) > MAX_MANIFEST_BYTES:
        return {}
    try:
        found = reader(data)
    except (ValueError, TypeError, AttributeError, KeyError, SyntaxError, RecursionError, MemoryError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def _packaged(tree: SourceTree) -> dict[str, Any]:
    for path in tree.paths:
        folder, _, name = path.rpartition("/")
        if (name == "METADATA" and folder.endswith(".dist-info") and "/" not in folder) or path == "PKG-INFO":
            found = _read(tree, path, core_metadata)
            starts = _entry_points(tree.read(f"{folder}/entry_points.txt")) if folder else ()
            return {**found, "entry_points": starts} if found else {}
    return {}


def _entry_points(data: bytes | None) -> tuple[str, ...]:
    """Read the console scripts of a wheel's `entry_points.txt`."""
    section, found = "", []
    for line in (data or b"").decode("utf-8", "replace").splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == "console_scripts" and "=" in line:
            found.append(line.partition("=")[2].strip())
    return tuple(found)
