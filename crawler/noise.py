"""Which paths hold no server code: tests, examples, documentation, vendored and generated files."""

import re
from functools import lru_cache

_FOLDERS = frozenset(
    {
        "__fixtures__", "__mocks__", "__pycache__", "__snapshots__", "__tests__", "benches", "benchmark", "benchmarks",
        "cypress", "demo", "demos", "doc", "docs", "e2e", "evals", "example", "examples", "fixture", "fixtures",
        "integration-tests", "mocks", "node_modules", "sample", "samples", "site-packages", "spec", "specs", "template",
        "templates", "test", "testdata", "testing", "tests", "third_party", "vendor", "venv",
    }
)  # fmt: skip
_STEM_ENDINGS = (".test", ".spec", ".stories", ".mock", ".d", "_test", ".config", ".bench", ".e2e")
# `Acme.Server.Tests`, `ServerTests`, `UnitTest`: .NET's way to name a test project's folder.
_TEST_PROJECT = re.compile(r"(?:[._-][Tt]ests?|[a-z]Tests?)$")
# Below `src/main/java` folders are package names; `com/example` is no example there.
_SOURCE_SET = re.compile(r"(?:^|/)src/(?:main|\w+Main)/(?:java|kotlin|scala|groovy)/")


def is_noise(path: str, root: str = "") -> bool:
    """Tell whether `path` (POSIX, inside the tree) is test, example, vendored or generated code.

    Only folders below `root` count, so that a server kept in `examples/` can be read on its own.
    """
    inner = path[len(root) + 1 :] if root else path
    folder, _, name = inner.rpartition("/")
    if folder and _noisy(folder):
        return True
    stem, dot, _ = name.rpartition(".")
    stem = stem if dot and stem else name
    return stem.endswith(_STEM_ENDINGS) or stem.startswith("test_") or stem == "conftest"


@lru_cache(maxsize=4096)
def _noisy(folder: str) -> bool:
    """Tell of a folder, which most of a tree's files share with their neighbours."""
    packages = _SOURCE_SET.search(f"{folder}/")
    parts = (folder[: packages.start()] if packages else folder).split("/")
    return any(
        part.lower() in _FOLDERS or part.startswith(".") or _TEST_PROJECT.search(part) is not None for part in parts
    )
