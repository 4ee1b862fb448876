"""The files of a module with those of the modules of the same build that it depends on."""

import re
from collections.abc import Iterator

from crawler.extractors.base import Project
from crawler.noise import is_noise
from crawler.tree import SourceTree

MAX_MODULES = 200
_ARTIFACT = re.compile(rb"<artifactId>\s*([\w.-]{1,100})\s*</artifactId>")
_PARENT = re.compile(rb"<parent>.*?</parent>", re.DOTALL)
_GRADLE = re.compile(rb"""project\(\s*(?:path\s*[:=]\s*)?["']:([\w:.-]{1,100})["']|\bprojects\.([\w.]{1,100})""")
_BUILDS = ("build.gradle", "build.gradle.kts")


def files_of(project: Project) -> Iterator[str]:
    """Yield the project's own paths, then those of the modules that it depends on, each once."""
    yield from project.own
    modules = _modules(project.tree)
    seen = {project.root}
    pending = [project.root]
    while pending and len(seen) < MAX_MODULES:
        for folder in _used(project.tree, pending.pop(0), modules):
            if folder not in seen:
                seen.add(folder)
                pending.append(folder)
                inside = (p for p in project.tree.under(folder) if not is_noise(p, folder))
                yield from (p for p in inside if p not in project.own_set)


def _modules(tree: SourceTree) -> dict[str, str]:
    """Map the artifact of each Maven module below the top to its folder."""
    found: dict[str, str] = {}
    for path in tree.paths:
        if path.endswith("/pom.xml") and not is_noise(path):
            match = _ARTIFACT.search(_PARENT.sub(b"", tree.read(path) or b""))
            if match:
                found[match.group(1).decode()] = path.rpartition("/")[0]
    return found


def _used(tree: SourceTree, root: str, modules: dict[str, str]) -> Iterator[str]:
    prefix = f"{root}/" if root else ""
    own = _PARENT.sub(b"", tree.read(f"{prefix}pom.xml") or b"")
    for name in _ARTIFACT.findall(own)[1:]:
        folder = modules.get(name.decode())
        if folder is not None and folder != root:
            yield folder
    for build in _BUILDS:
        for path, accessor in _GRADLE.findall(tree.read(prefix + build) or b""):
            written = path.decode().replace(":", "/") if path else accessor.decode().replace(".", "/")
            yield from (f for f in (written, _dashed(written)) if any(True for _ in tree.under(f)))


def _dashed(path: str) -> str:
    """Turn Gradle's type-safe accessor (`toolKit`) back into a folder name (`tool-kit`)."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda m: f"-{m.group(1).lower()}", path)
