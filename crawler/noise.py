"""Which paths hold no server code: tests, examples, documentation, vendored and generated files."""

from pathlib import PurePosixPath

_FOLDERS = frozenset(
    {
        "__mocks__", "__pycache__", "__snapshots__", "__tests__", "benchmark", "benchmarks", "demo", "demos",
        "doc", "docs", "e2e", "evals", "example", "examples", "fixture", "fixtures", "integration-tests", "mocks",
        "node_modules", "sample", "samples", "site-packages", "spec", "specs", "template", "templates", "test",
        "testdata", "testing", "tests", "third_party", "vendor", "venv",
    }
)  # fmt: skip
_STEM_ENDINGS = (".test", ".spec", ".stories", ".mock", ".d", "_test", ".config", ".bench", ".e2e")


def is_noise(path: str, root: str = "") -> bool:
    """Tell whether `path` (POSIX, inside the tree) is test, example, vendored or generated code.

    Only folders below `root` count, so that a server kept in `examples/` can be read on its own.
    """
    inner = PurePosixPath(path[len(root) + 1 :] if root else path)
    folders = inner.parts[:-1]
    if any(part.lower() in _FOLDERS or part.startswith(".") for part in folders):
        return True
    stem = inner.stem
    return stem.endswith(_STEM_ENDINGS) or stem.startswith("test_") or stem == "conftest"
