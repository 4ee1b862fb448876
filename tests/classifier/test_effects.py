"""What code says against what words say."""

from typing import Any

import pytest

from classifier.classify import Classifier
from mcp_catalogue.model import Annotations, Category, Classification, Effect, EffectId, Mark, Severity, Tool

SQL = {"type": "object", "properties": {"sql": {"type": "string"}}}


def label(
    classifier: Classifier, name: str, description: str, *effects: str, via: tuple[str, ...] = (), **hints: Any
) -> Classification:
    schema = SQL if "quer" in description.lower() else None
    found = tuple(
        Effect(id=EffectId(id_), target=None, file="s.py", line=n, via=via) for n, id_ in enumerate(effects, 1)
    )
    return classifier.tool(
        Tool(name=name, description=description, input_schema=schema, effects=found, annotations=Annotations(**hints))
    )


@pytest.mark.parametrize("name", ["execute_query", "run_sql", "read_query"])
def test_a_guard_in_code_makes_a_free_query_read(classifier: Classifier, name: str) -> None:
    held = label(classifier, name, "Execute a SQL query against the database.", "guard.read-only", "sql.raw")
    free = label(classifier, name, "Execute a SQL query against the database.", "sql.raw")
    assert (held.primary, free.primary) == (Category.READ, Category.EXECUTE)
    assert [e.file for e in held.evidence if e.rule == "enforces-reading"] == ["s.py"]
    assert held.severity is Severity.MEDIUM  # a free-form query still


@pytest.mark.parametrize(
    ("effect", "category"), [("sql.insert", Category.WRITE), ("file.delete", Category.DESTRUCTIVE)]
)
def test_a_guard_covers_the_callers_statement_alone(classifier: Classifier, effect: str, category: Category) -> None:
    found = label(classifier, "query", "Query the database.", "guard.read-only", "sql.raw", effect)
    assert found.primary is category


@pytest.mark.parametrize("mark", Mark)
def test_what_a_server_does_for_itself_is_weak(classifier: Classifier, mark: Mark) -> None:
    found = label(classifier, "list_notes", "List the notes.", "file.delete", via=(mark, "clean"))
    assert found.primary is Category.READ
    assert not found.mismatches


def test_a_type_that_is_a_list_is_read_like_a_single_one(classifier: Classifier) -> None:
    effect = Effect(id=EffectId("process.run"), target=None, file="s.py", line=1, via=())
    schema = {"type": "object", "properties": {"title": {"type": ["string", "null"]}}}
    single = {"type": "object", "properties": {"title": {"type": "string"}}}
    several, one = (
        classifier.tool(Tool(name="open_page", description="Opens a page.", input_schema=s, effects=(effect,)))
        for s in (schema, single)
    )
    assert several.primary is one.primary
