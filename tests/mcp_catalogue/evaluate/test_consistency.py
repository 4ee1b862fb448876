"""Names that mean the same and got different labels."""

from classifier import Classifier
from mcp_catalogue.evaluate.consistency import splits
from mcp_catalogue.model import (
    Category,
    Completeness,
    ServerFacts,
    ServerId,
    ServerRecord,
    Source,
    SourceKind,
    Status,
    Tool,
)


def record(server: str, *tools: Tool) -> ServerRecord:
    facts = ServerFacts(
        id=ServerId(f"manifest:{server}"),
        name=server,
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )
    classifier = Classifier()
    return ServerRecord(facts=facts, classifications=classifier.server(facts), rulebook=classifier.rulebook.digest)


def test_a_split_names_what_separates_the_labels() -> None:
    records = [
        record("one", Tool(name="close_positions", description="Close positions on the futures exchange")),
        record("trading", Tool(name="closePosition", description="Close a position")),
        record("three", Tool(name="get_note", description="Get a note")),
    ]
    found = list(splits(records))
    assert [(s.action, s.noun) for s in found] == [("close", "position")]
    assert set(found[0].labels) == {Category.WRITE, Category.FINANCIAL}
    assert {u.server for u in found[0].uses} == {"manifest:one", "manifest:trading"}
    assert all(u.rules and u.quote for u in found[0].uses)


def test_equal_labels_are_no_split() -> None:
    records = [record("a", Tool(name="get_note")), record("b", Tool(name="notes.get"))]
    assert not list(splits(records))
