"""The digest of a definition is the same by the fast way and by the library's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.definition import clean_tool, definition_digest
from mcp_catalogue.model import Annotations, Tool

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_SCHEMAS = st.dictionaries(st.text(max_size=5), _VALUES, max_size=4)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(), _SCHEMAS, _SCHEMAS)
def test_every_definition_has_the_digest_of_its_canonical_form(
    name: str, text: str, schema: dict[str, object], output: dict[str, object]
) -> None:
    cleaned = clean_tool(Tool(name=name, description=text, input_schema=schema, output_schema=output))
    assert cleaned.digest == definition_digest(cleaned)


@pytest.mark.parametrize("key", ["plain", "\U0001f600", "\ufffd", "é"])
@pytest.mark.parametrize("value", ['a\x00\x1f\x7f"\\\n — \u2028', 1, -0.0, 1e21, True, None, [1.0]])
def test_keys_and_numbers_that_encoders_treat_in_different_ways(key: str, value: object) -> None:
    schema = {key: value, "z": 1, "\uffff" if key != "plain" else "a": 2}
    cleaned = clean_tool(Tool(name="x", input_schema=schema, annotations=Annotations(title="T")))
    assert cleaned.digest == definition_digest(cleaned)
