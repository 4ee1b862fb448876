"""What name, clause, later sentences, parameters and code claim where they pull in different directions."""

from collections.abc import Callable
from typing import Any

import pytest

from mcp_catalogue.model import Category, Classification, Confidence, Effect, EffectId

Label = Callable[..., Classification]


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("get_parish_records", "Group a parish's baptisms under their families."),
        ("list_recipes", "Group the recipes by cooking time."),
    ],
)
def test_how_an_answer_is_arranged_is_no_change(label: Label, name: str, description: str) -> None:
    found = label(name, description)
    assert found.primary is Category.READ
    assert found.confidence is not Confidence.HIGH


def test_a_reading_name_hides_no_plain_change(label: Label) -> None:
    assert label("get_parish_records", "Erases the records of a parish.").primary is Category.DESTRUCTIVE
    assert label("get_parish_records", "Updates the records of a parish.").primary is Category.WRITE


@pytest.mark.parametrize(
    ("before", "description", "category"),
    [
        ("Shows a summary of the shelf.", "Permanently erases the archive of a reader.", Category.DESTRUCTIVE),
        ("Lists what there is.", "Executes the given program on the press.", Category.EXECUTE),
        ("Returns entries.", "Adds a line to the guest book.", Category.WRITE),
    ],
)
def test_what_stands_first_does_not_hide_the_rest(
    label: Label, before: str, description: str, category: Category
) -> None:
    found = label("module_b", f"{before} {description}")
    assert found.primary is category
    assert all(e.quote in f"module_b {before} {description}" for e in found.evidence)


@pytest.mark.parametrize(
    "description",
    [
        "Shows the tree of a shelf. Files have no children. Drawers always list theirs.",
        "Checks a plan. It gives messages with hints. Messages with errors stand first.",
    ],
)
def test_later_nouns_are_no_verbs(label: Label, description: str) -> None:
    assert label("module_b", description).primary is Category.READ


@pytest.mark.parametrize("many", [True, False])
def test_a_field_deep_in_a_record_is_no_request(label: Label, many: bool) -> None:  # noqa: FBT001
    inner: dict[str, Any] = {"method": {"type": "string"}, "url": {"type": "string"}}
    parameters: dict[str, Any] = {"bell": {"type": "object", "properties": inner}}
    if many:
        parameters["hour"] = {"type": "string"}
    expected = Category.WRITE if many else Category.EXECUTE
    assert label("create_reminder", "Create a reminder.", parameters=parameters).primary is expected


def test_a_helper_that_writes_and_deletes_a_file_clears_up_after_itself(label: Label) -> None:
    def seen(kind: str, *via: str) -> Effect:
        return Effect(id=EffectId(kind), target=None, file="s.js", line=3, via=via)

    both = (seen("file.write", "press"), seen("file.delete", "press"))
    assert label("bind_book", "Update the binding of a book", effects=both).primary is Category.WRITE
    apart = (seen("file.write", "press"), seen("file.delete", "burn"))
    assert label("bind_book", "Bind a book", effects=apart).primary is Category.DESTRUCTIVE
    fetched = (seen("file.delete", "press"),)
    assert label("download_cover", "Download the cover of a book", effects=fetched).primary is Category.WRITE


@pytest.mark.parametrize(
    ("name", "description", "category"),
    [
        ("interact_with_shell", "Send input to a running shell and return what it prints.", Category.EXECUTE),
        ("uninstall_helm_release", "Uninstall a release from the cluster.", Category.DESTRUCTIVE),
        ("remove_song_from_list", "Remove a song from a list. The song will still exist.", Category.WRITE),
        ("restart_worker", "Restart the workers of an app.", Category.EXECUTE),
        ("open_entities", "Open entities of the graph by their names.", Category.READ),
        ("search_tickets", "Search for tickets and pull requests.", Category.READ),
        ("download_scan", "Download a scan as an embedded resource.", Category.READ),
    ],
)
def test_actions_that_their_surroundings_decide(label: Label, name: str, description: str, category: Category) -> None:
    assert label(name, description).primary is category


def test_what_is_denied_is_not_claimed(label: Label) -> None:
    kept = label("create_page", "Create a page without overwriting an existing file.")
    assert kept.also == ()
    replaced = label("create_page", "Create a page, overwriting an existing file.")
    assert [a.category for a in replaced.also] == [Category.DESTRUCTIVE]
