"""Each page's fields are what its template names, no more and no less."""

import importlib
import pkgutil
from typing import Any

import pytest
from jinja2 import UndefinedError, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from msgspec import structs

import mcp_catalogue.pages
from mcp_catalogue.pages.environment import environment
from mcp_catalogue.resources import resource_dir

FRAGMENTS = {"layout.html", "badge.svg"}
TEMPLATES = resource_dir("site") / "templates"


def pages() -> list[Any]:
    found = {}
    for module in pkgutil.iter_modules(mcp_catalogue.pages.__path__):
        for value in vars(importlib.import_module(f"mcp_catalogue.pages.{module.name}")).values():
            if isinstance(value, type) and isinstance(vars(value).get("template"), str):
                found[value.__name__] = value
    return [found[name] for name in sorted(found)]


def named(template: str) -> set[str]:
    """The names that a template takes from its context, those of its parts included."""

    parsed: nodes.Template = environment().parse((TEMPLATES / template).read_text(encoding="utf-8"))
    found = set(find_undeclared_variables(parsed))
    for part in find_referenced_templates(parsed):
        assert part is not None
        found |= named(part)
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.__name__)
def test_fields_are_the_names_of_the_template(page: Any) -> None:
    declared = {field.name for field in structs.fields(page)}
    rendered = named(page.template)
    if page.template.endswith(".html"):
        rendered |= named("layout.html") - {"main"}
    assert rendered == declared


def test_every_template_has_a_page() -> None:
    whole = {p.name for p in TEMPLATES.iterdir() if p.is_file()} - FRAGMENTS
    assert whole == {page.template for page in pages()}


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ absent }}").render()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=lambda path: path.name)
def test_templates_hold_no_character_that_is_spelled_out(path: Any) -> None:
    assert path.read_text(encoding="ascii")
