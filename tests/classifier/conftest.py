"""What most tests of the classifier need: one classifier, servers of a few tools, and tools from a few words."""

from collections.abc import Callable
from typing import Any

import pytest

from classifier import Classifier
from mcp_catalogue.model import (
    Annotations,
    Classification,
    Completeness,
    Effect,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
)


def _facts(server: str, *tools: Tool) -> ServerFacts:
    return ServerFacts(
        id=ServerId(f"manifest:{server}"),
        name=server,
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )


@pytest.fixture(scope="session")
def facts_of() -> Callable[..., ServerFacts]:
    return _facts


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture(scope="session")
def label(classifier: Classifier) -> Callable[..., Classification]:
    def one(
        name: str,
        description: str | None = None,
        *,
        server: str = "server",
        effects: tuple[Effect, ...] = (),
        annotations: dict[str, Any] | None = None,
        title: str | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> Classification:
        tool = Tool(
            name=name,
            title=title,
            description=description,
            input_schema={"type": "object", "properties": parameters} if parameters else None,
            annotations=Annotations(**(annotations or {})),
            effects=effects,
        )
        return classifier.server(_facts(server, tool))[0]

    return one
