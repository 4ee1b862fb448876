"""Names and descriptions from many domains, labelled by hand from the taxonomy, server by server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from classifier import Classifier
from mcp_catalogue.model import Category, Classification, Confidence, ServerFacts, Tool

CASES = Path(__file__).parent / "cases"
CRITICAL = {Category.DESTRUCTIVE, Category.FINANCIAL}
Labelled = list[tuple[Category, Tool, Classification]]


def rows(file: Path) -> Iterator[tuple[Category, str, Tool]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            category, server, name, description = line.split("\t")
            yield Category(category), server, Tool(name=name, description=description or None)


@pytest.fixture(scope="module", params=sorted(p.name for p in CASES.glob("*.tsv")))
def labelled(request: pytest.FixtureRequest, classifier: Classifier, facts_of: Callable[..., ServerFacts]) -> Labelled:
    servers: dict[str, list[tuple[Category, Tool]]] = {}
    for category, server, tool in rows(CASES / request.param):
        servers.setdefault(server, []).append((category, tool))
    found: Labelled = []
    for server, listed in servers.items():
        labels = classifier.server(facts_of(server, *(tool for _, tool in listed)))
        found += [(category, tool, label) for (category, tool), label in zip(listed, labels, strict=True)]
    return found


def test_most_come_out_as_labelled(labelled: Labelled) -> None:
    wrong = [f"{t.name}: {c}, got {label.primary}" for c, t, label in labelled if label.primary is not c]
    assert len(wrong) <= 0.03 * len(labelled), wrong


def test_nothing_harmless_is_called_critical(labelled: Labelled) -> None:
    assert not [t.name for c, t, label in labelled if c is Category.READ and label.primary in CRITICAL]


def test_nothing_critical_is_called_harmless(labelled: Labelled) -> None:
    critical = [(t, label) for c, t, label in labelled if c in CRITICAL]
    missed = [t.name for t, label in critical if label.primary not in CRITICAL]
    assert len(missed) <= 0.03 * len(critical), missed


def test_high_confidence_is_right(labelled: Labelled) -> None:
    high = [(c, t, label) for c, t, label in labelled if label.confidence is Confidence.HIGH]
    wrong = [t.name for c, t, label in high if label.primary is not c]
    assert len(wrong) <= 0.02 * len(high), wrong
    assert len(high) >= 0.6 * len(labelled)


def test_rationales_differ_where_tools_do(labelled: Labelled) -> None:
    texts = [label.rationale for _, _, label in labelled]
    assert len(set(texts)) >= len({(t.name, t.description) for _, t, _ in labelled}) - 1


def test_quotes_are_verbatim(labelled: Labelled) -> None:
    for _, tool, label in labelled:
        for evidence in label.evidence:
            text = {"/name": tool.name, "/description": tool.description}[evidence.pointer or ""]
            assert evidence.quote, tool.name
            assert evidence.quote in (text or ""), (tool.name, evidence)


def test_nobody_is_told_that_it_is_safe(labelled: Labelled) -> None:
    for _, tool, label in labelled:
        own = f"{tool.name} {tool.description}".lower()
        assert "safe" in own or "safe" not in label.rationale.lower()
