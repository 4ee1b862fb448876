"""The schema files are those of the model, and real entries have exactly their form."""

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from mcp_catalogue.entries import document, from_entry, to_entry
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.policy import decide
from mcp_catalogue.schemas import NAMES, schema_text
from mcp_catalogue.schemas.descriptions import FIELDS
from mcp_catalogue.schemas.generate import schemas, texts


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_text(name)))


def entry(record: ServerRecord) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(to_entry(record, decide)))
    return made


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_up_to_date(name: str) -> None:
    assert schema_text(name) == texts()[name], "write them anew: python -m mcp_catalogue.schemas.generate"


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(name)))


def test_every_field_is_described_and_no_other() -> None:
    parts = schemas()["catalogue.schema.json"]["$defs"]
    objects = {name: set(part["properties"]) for name, part in parts.items() if "properties" in part}
    assert objects == {name: set(fields) for name, fields in FIELDS.items()}


def test_every_object_is_closed() -> None:
    parts = schemas()["catalogue.schema.json"]["$defs"]
    assert all(part["additionalProperties"] is False for part in parts.values() if "properties" in part)


def test_a_full_and_a_bare_entry_are_valid(full_record: ServerRecord) -> None:
    full = document([entry(full_record)])
    validator("catalogue.schema.json").validate(full)
    validator("server.schema.json").validate(full["servers"][0])
    bare = replace(full_record.facts, title=None, version=None, commit=None, aliases=(), tools=())
    validator("server.schema.json").validate(entry(replace(full_record, facts=bare, classifications=(), judge=None)))


def test_an_entry_has_exactly_the_schemas_keys_in_order(full_record: ServerRecord) -> None:
    parts = schemas()["server.schema.json"]["$defs"]
    made = entry(full_record)
    assert list(made) == list(parts["Server"]["properties"])
    assert list(made["tools"][0]) == list(parts["Tool"]["properties"])


def test_a_missing_and_an_unknown_key_are_refused(full_record: ServerRecord) -> None:
    check = validator("server.schema.json")
    missing, more = entry(full_record), entry(full_record)
    del missing["tools"][0]["rationale"]
    more["tools"][0]["colour"] = "red"
    assert not check.is_valid(missing)
    assert not check.is_valid(more)


def test_an_entry_reads_back_as_the_same_record(full_record: ServerRecord) -> None:
    again = from_entry(entry(full_record))
    assert again == replace(full_record, facts=replace(full_record.facts, server_name=None))
