"""Which declarations a program can reach: what nothing but a test mentions registers no tool."""

from crawler.extractors.golang.index import Decl, GoIndex


class Reach:
    """Liveness by mention: over-approximate, so that only code that nothing names is dropped."""

    def __init__(self, index: GoIndex) -> None:
        self.index = index
        self._known: dict[int, bool] = {}
        self.has_main = any(b"package main" in data and b"func main(" in data for data in index.sources.values())

    def live(self, decl: Decl | None) -> bool:
        """Tell whether `decl` can be reached from a `main`, an `init` or a package variable of a reached package."""
        if decl is None or not self.has_main:
            return True
        return self._live(decl, 0)

    def _live(self, decl: Decl, depth: int) -> bool:
        key = decl.node.id
        if key in self._known:
            return self._known[key]
        if depth > 40:
            return True
        self._known[key] = False
        self._known[key] = result = self._decide(decl, depth)
        return result

    def _decide(self, decl: Decl, depth: int) -> bool:
        if decl.name in {"main", "init", "_"}:
            return True
        if decl.kind == "method":
            home = self.index.package(decl.file.folder).names.get(decl.receiver)
            if home is not None and not self._live(home, depth + 1):
                return False
            return any(True for _ in self.index.uses(decl.name, None))
        return any(
            self._live(user, depth + 1)
            for user, _ in self.index.uses(decl.name, decl.file.folder)
            if user.node.id != decl.node.id and user.receiver != decl.name
        )
