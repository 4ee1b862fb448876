"""What is written is what YAML reads."""

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_catalogue.policy.yaml_text import yaml_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALAR = TEXT | st.integers() | st.booleans() | st.none()
VALUE: st.SearchStrategy[Any] = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)


@settings(deadline=None)
@given(st.dictionaries(TEXT, VALUE.filter(lambda v: not _nested_list(v)), min_size=1, max_size=4))
def test_a_document_is_read_back_as_it_was(document: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_text(document)) == document


def _nested_list(value: Any) -> bool:
    """Lists directly inside lists do not occur in a policy."""
    if isinstance(value, dict):
        return any(_nested_list(v) for v in value.values())
    return isinstance(value, list) and any((isinstance(v, list) and v) or _nested_list(v) for v in value)


def test_words_with_a_meaning_are_quoted() -> None:
    assert yaml_text({"yes": "no", "a_b": "on"}) == '"yes": "no"\na_b: "on"\n'
