"""Values for places inside the tree: a path, and what `pkgutil` tells of a module."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from crawler.extractors.python.values import MISSING, Method, Value


@dataclass(frozen=True, slots=True)
class TreePath:
    """A file or folder of the tree, or of a dependency's; the top is the empty path."""

    dependency: str | None
    path: str

    @property
    def parent(self) -> "TreePath":
        """The folder that holds it; the top's is the top, whatever stands above."""
        return TreePath(self.dependency, self.path.rpartition("/")[0])

    @property
    def name(self) -> str:
        """The last part."""
        return self.path.rpartition("/")[2]

    def below(self, *parts: str) -> "TreePath":
        """Return the path of `parts` below this one; `..` ends at the top."""
        kept = self.path.split("/") if self.path else []
        for part in "/".join(parts).split("/"):
            if part == "..":
                kept = kept[:-1]
            elif part not in ("", "."):
                kept.append(part)
        return TreePath(self.dependency, "/".join(kept))

    def attribute(self, name: str) -> Value:
        """Return what `Path` has under `name`."""
        pure = PurePosixPath(self.path)
        if name in ("stem", "name", "suffix"):
            return str(getattr(pure, name))
        if name == "parts":
            return pure.parts
        if name == "parents":
            return [TreePath(self.dependency, "" if str(p) == "." else str(p)) for p in pure.parents]
        return self.parent if name == "parent" else Method(self, name)


class ModuleInfo(tuple[Value, ...]):
    """`(finder, name, is package)`, as `pkgutil` lists modules."""

    __slots__ = ()

    def attribute(self, name: str) -> Value:
        """Return the field `name`."""
        return {"name": self[1], "ispkg": self[2]}.get(name, MISSING)
