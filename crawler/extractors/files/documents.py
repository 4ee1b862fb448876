"""JSON and YAML documents of a project, parsed with limits."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from crawler.extractors.base import Project

MAX_BYTES = 8_000_000
MAX_YAML_BYTES = 1_000_000  # YAML parses thirty times slower than JSON
_ANCHOR = re.compile(rb"(?m)(?:^|[\s:\[,-])&\w")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(data: bytes, path: str) -> Any:  # noqa: ANN401 - a document is any JSON value
    """Parse a document by its name's ending; None where it is damaged, too large, or multiplies by anchors."""
    try:
        if path.endswith((".json", ".snap")):
            return json.loads(data.decode("utf-8-sig")) if len(data) <= MAX_BYTES else None
        if len(data) > MAX_YAML_BYTES or _ANCHOR.search(data):
            return None
        return yaml.load(data, Loader=_LOADER)  # noqa: S506 - a safe loader
    except (ValueError, RecursionError, yaml.YAMLError):
        return None


def documents(project: Project, name: "re.Pattern[str]", mark: "re.Pattern[bytes]") -> Iterator[tuple[str, bytes, Any]]:
    """Yield (path, bytes, value) of the own documents whose path and bytes match."""
    for path in project.own:
        if name.search(path):
            data = project.tree.read(path) or b""
            if mark.search(data) and (value := load(data, path)) is not None:
                yield path, data, value


def line_of(data: bytes, name: str, key: str = "name") -> int:
    """Return the line (from 1) where `name` stands as the value of `key`, else of its first mention, else 1."""
    quoted = re.escape(name.encode())
    for pattern in (
        rb"[\"']?" + key.encode() + rb"[\"']?\s*:\s*[\"']?" + quoted + rb"[\"'\s,}]",
        rb"\b" + quoted + rb"\b",
    ):
        match = re.search(pattern, data)
        if match:
            place = match.group(0).find(name.encode()) + match.start()
            return data.count(b"\n", 0, place) + 1
    return 1
