"""The files of a .NET project with those of the projects that it references, as the compiler sees them."""

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from crawler.extractors.base import Project
from crawler.noise import is_noise
from crawler.tree import SourceTree

MAX_PROJECTS = 400
_REFERENCE = re.compile(rb"<ProjectReference[^>]*\bInclude\s*=\s*\"([^\"]{1,400})\"")
_VARIABLE = re.compile(r"^\$\(\w+\)[\\/]?")


def files_of(project: Project) -> Iterator[str]:
    """Yield the project's own paths, then those of the projects that it references, each once."""
    yield from project.own
    seen = {project.root}
    pending = [project.root]
    while pending and len(seen) < MAX_PROJECTS:
        for folder in _referenced(project.tree, pending.pop(0)):
            if folder not in seen:
                seen.add(folder)
                pending.append(folder)
                yield from (
                    p for p in project.tree.under(folder) if not is_noise(p, folder) and p not in project.own_set
                )


def _referenced(tree: SourceTree, root: str) -> Iterator[str]:
    manifests = [p for p in tree.under(root) if p.endswith((".csproj", ".fsproj")) and p.rpartition("/")[0] == root]
    for manifest in manifests:
        for raw in _REFERENCE.findall(tree.read(manifest) or b""):
            written = raw.decode("utf-8", "replace").replace("\\", "/")
            rooted = _VARIABLE.sub("", written)  # $(RepoRoot) and the like stand for the tree's top
            path = posixpath.normpath(rooted if rooted != written else posixpath.join(root, written))
            if path.startswith("../"):
                continue
            if "*" in path:
                yield from sorted({p.rpartition("/")[0] for p in tree.paths if fnmatchcase(p, path)})
            elif path in tree.files:
                yield path.rpartition("/")[0]
