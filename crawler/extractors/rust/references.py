"""The files of a crate with those of the crates of the same tree that it depends on."""

import re
from collections.abc import Iterator

from crawler.extractors.base import Project
from crawler.noise import is_noise
from crawler.tree import SourceTree

MAX_CRATES = 200
_NAME = re.compile(rb"(?m)^\s*name\s*=\s*\"([\w-]{1,100})\"")
_DEPENDENCY = re.compile(rb"(?m)^\s*([\w-]{1,100})(?:\.workspace)?\s*=")


def files_of(project: Project) -> Iterator[str]:
    """Yield the project's own paths, then those of the crates that it uses, each once."""
    yield from project.own
    crates = _crates(project.tree)
    seen = {project.root}
    pending = [project.root]
    while pending and len(seen) < MAX_CRATES:
        for folder in _used(project.tree, pending.pop(0), crates):
            if folder not in seen:
                seen.add(folder)
                pending.append(folder)
                inside = (p for p in project.tree.under(folder) if p.endswith(".rs") and not is_noise(p, folder))
                yield from (p for p in inside if p not in project.own_set)


def _crates(tree: SourceTree) -> dict[str, str]:
    """Map the name of every crate in the tree to its folder; the top folder holds too much to be a dependency."""
    found: dict[str, str] = {}
    for path in tree.paths:
        if path.endswith("/Cargo.toml") and not is_noise(path):
            match = _NAME.search(tree.read(path) or b"")
            if match:
                found[match.group(1).decode()] = path.rpartition("/")[0]
    return found


def _used(tree: SourceTree, root: str, crates: dict[str, str]) -> Iterator[str]:
    data = tree.read(f"{root}/Cargo.toml" if root else "Cargo.toml") or b""
    for name in _DEPENDENCY.findall(data):
        folder = crates.get(name.decode())
        if folder is not None and folder != root:
            yield folder
