"""Twins: pairs of definitions that differ in one fact and must get different labels, or in wording and the same.

A file is JSON Lines of `{"id", "why", "a", "b", "a_is", "b_is"}`; `a` and `b` are definitions with a name and, as
needed, a description, a server's name, parameters (JSON Schema properties) and annotations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from classifier import Classifier
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    Annotations,
    Category,
    Classification,
    Completeness,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
)


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One definition of a pair."""

    name: str
    description: str | None = None
    server: str = "server"
    parameters: dict[str, Any] = {}
    annotations: dict[str, Any] = {}


class Twin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One pair; `why` names the fact that differs, or the wording."""

    id: str
    why: str
    a: Definition
    b: Definition
    a_is: Category
    b_is: Category

    @property
    def different(self) -> bool:
        """Whether the two must get different labels."""
        return self.a_is is not self.b_is


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A pair with what the classifier says of both."""

    twin: Twin
    a: Classification
    b: Classification

    @property
    def right(self) -> bool:
        """Whether both labels are as they must be."""
        return self.a.primary is self.twin.a_is and self.b.primary is self.twin.b_is


def read_twins(path: Path) -> Iterator[Twin]:
    """Yield the pairs of a file, or of every `*.jsonl` of a folder. Raises `DataError` naming the line."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{path}: no twins (*.jsonl)")
    seen: set[str] = set()
    for file in files:
        for number, line in enumerate(_lines(file), 1):
            try:
                twin = msgspec.json.decode(line, type=Twin)
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                raise DataError(f"{file}, line {number}: not a pair: {error}") from error
            if twin.id in seen:
                raise DataError(f"{file}, line {number}: {twin.id} stands there twice")
            seen.add(twin.id)
            yield twin


def tell(twins: Iterator[Twin], classifier: Classifier) -> Iterator[Told]:
    """Label both definitions of every pair, each on a server of its own."""
    for twin in twins:
        yield Told(twin=twin, a=_label(twin.a, classifier), b=_label(twin.b, classifier))


def _label(definition: Definition, classifier: Classifier) -> Classification:
    schema: Mapping[str, Any] | None = None
    if definition.parameters:
        schema = {"type": "object", "properties": definition.parameters}
    tool = Tool(
        name=definition.name,
        description=definition.description,
        input_schema=schema,
        annotations=Annotations(**definition.annotations),
    )
    facts = ServerFacts(
        id=ServerId(f"manifest:{definition.server}"),
        name=definition.server,
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=1),
        tools=(tool,),
    )
    return classifier.server(facts)[0]


def _lines(file: Path) -> list[bytes]:
    try:
        return [line for line in file.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror})") from error
