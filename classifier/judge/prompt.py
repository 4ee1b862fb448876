"""Prompts are Markdown files with a name and a version; text that changes needs a new version."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mcp_catalogue.errors import DataError

_FOLDER = Path(__file__).parent.parent / "prompts"
_HEAD = re.compile(r"\A---\nname: ([a-z]+)\nversion: (\d+)\n---\n")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: `id` is `name@version`, `digest` covers the text and is part of each answer's cache key."""

    id: str
    text: str
    digest: str


def read_prompt(path: Path) -> Prompt:
    """Read one file. Raises `DataError` where the head is missing or does not match the file's name."""
    raw = path.read_text(encoding="utf-8")
    head = _HEAD.match(raw)
    if head is None or head[1] != path.stem:
        raise DataError(f"prompt {path.name}: needs a head with `name: {path.stem}` and `version: <number>`")
    text = raw[head.end() :].strip()
    return Prompt(f"{head[1]}@{head[2]}", text, hashlib.sha256(text.encode()).hexdigest())


@cache
def prompt(name: str) -> Prompt:
    """Return the prompt `name` that ships with the program."""
    return read_prompt(_FOLDER / f"{name}.md")
