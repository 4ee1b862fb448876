"""What identifies the code that reads and labels, so that results of an older version are never taken for current."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import classifier
import crawler

_PARTS = ("extractors", "effects", "metadata")
_MODULES = (
    "contents.py",
    "definition.py",
    "extract.py",
    "finishing.py",
    "joining.py",
    "language.py",
    "noise.py",
    "projects.py",
    "shims.py",
)
_GRAMMARS = (
    "tree-sitter",
    "tree-sitter-c-sharp",
    "tree-sitter-go",
    "tree-sitter-java",
    "tree-sitter-javascript",
    "tree-sitter-kotlin",
    "tree-sitter-rust",
    "tree-sitter-typescript",
)


@cache
def extractor_digest() -> str:
    """SHA-256 over the extractors' source files and the versions of their grammars."""
    root = Path(crawler.__file__).parent
    files = [root / name for name in _MODULES]
    for part in _PARTS:
        files += _sources(root / part)
    versions = [f"{name} {version(name)}" for name in _GRAMMARS]
    return _digest(root, files, versions)


@cache
def classifier_digest() -> str:
    """SHA-256 over the classifier's source files, rules and word lists."""
    root = Path(classifier.__file__).parent
    return _digest(root, _sources(root), [])


def _sources(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".toml", ".md"})


def _digest(root: Path, files: list[Path], more: list[str]) -> str:
    digest = hashlib.sha256("\0".join(more).encode())
    for path in files:
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
