"""What tools that a library makes of an OpenAPI document do: the request of their operation."""

import pytest

from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import Effect, ServerId, Source, SourceKind

PACKAGE = b'{"name": "notes", "main": "index.js", "dependencies": {"openapi-mcp-server": "1"}}'
CODE = b'const { OpenAPIMCPServer } = require("openapi-mcp-server"); new OpenAPIMCPServer({openAPIDir: "notes.yaml"});'
NOTES = """openapi: 3.0.0
info: {title: Notes}
servers:
  - url: https://registry.example/v1/
paths:
  /notes:
    get: {operationId: listNotes}
    post: {operationId: addNote}
  '/notes/{id}':
    delete: {operationId: dropNote}
    head: {operationId: seeNote}
"""


def effects(document: str) -> dict[str, tuple[Effect, ...]]:
    files = {"package.json": PACKAGE, "index.js": CODE, "notes.yaml": document.encode()}
    origin = Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER))
    (found,) = extract(SourceTree(origin=origin, files=files))
    return {tool.name: tool.effects for tool in found.facts.tools}


def test_an_operation_is_its_request_at_its_route() -> None:
    found = {name: [(e.id, e.target, e.file, e.line) for e in held] for name, held in effects(NOTES).items()}
    assert found == {
        "Notes--listNotes": [("http.get", "registry.example/v1/notes", "notes.yaml", 6)],
        "Notes--addNote": [("http.post", "registry.example/v1/notes", "notes.yaml", 6)],
        "Notes--dropNote": [("http.delete", "registry.example/v1/notes/{}", "notes.yaml", 9)],
    }


@pytest.mark.parametrize("servers", ["servers: []", "servers: [1]", "host: 7", "servers: [{url: [1]}]"])
def test_a_document_without_a_usable_server_gives_the_route(servers: str) -> None:
    document = f"openapi: 3.0.0\n{servers}\npaths:\n  /n:\n    get: {{operationId: a}}\n"
    assert [(e.id, e.target) for e in effects(document)["Notes--a"]] == [("http.get", "/n")]
