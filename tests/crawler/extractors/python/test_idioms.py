"""Each idiom's fixture server against its expected manifest (`expected.json` beside it)."""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.extractors.base import Extraction
from crawler.extractors.python import PythonExtractor
from crawler.projects import find_projects
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind

FIXTURES = Path(__file__).parent / "fixtures"
IDIOMS = sorted(path.name for path in FIXTURES.iterdir())


def read(folder: Path) -> Extraction | None:
    files = {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.suffix in (".py", ".toml", ".json", ".yaml") and p.name != "expected.json"
    }
    tree = SourceTree(origin=Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER)), files=files)
    (project,) = find_projects(tree)
    return PythonExtractor().extract(project)


def manifest(extraction: Extraction | None) -> Any:
    if extraction is None:
        return None
    tools = {}
    for tool in sorted(extraction.tools, key=lambda t: (t.location.line if t.location else 0, t.name)):
        schema = tool.input_schema or {}
        hints = {k: v for k in ("readOnlyHint", "destructiveHint") if (v := getattr(tool.annotations, k)) is not None}
        condition = tool.condition
        tools[tool.name] = {
            "description": tool.description,
            "title": tool.title,
            "properties": schema.get("properties", {}),
            "required": schema.get("required", []),
            "hints": hints,
            "at": f"{tool.location.file}:{tool.location.line}" if tool.location else None,
            "condition": condition and [condition.kind, condition.expression, condition.default_on],
        }
    return {
        "server_name": extraction.server_name,
        "tools": tools,
        "unresolved": [[u.line, u.reason, u.covers] for u in extraction.unresolved],
        "requirements": [[r.kind, r.name, r.secret, r.required] for r in extraction.requirements],
        "transports": list(extraction.transports),
    }


@pytest.mark.parametrize("idiom", IDIOMS)
def test_idiom(idiom: str) -> None:
    expected = json.loads((FIXTURES / idiom / "expected.json").read_text())
    assert manifest(read(FIXTURES / idiom)) == expected
