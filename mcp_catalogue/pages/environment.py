"""The template environment, and how a page becomes bytes."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from mcp_catalogue.pages.compiler import Compiler, Values
from mcp_catalogue.pages.text import direction, escape_text, plural, rounded, shorten, ticked
from mcp_catalogue.pages.words import CATEGORIES, CONFIDENCES, SEVERITIES, signal_text
from mcp_catalogue.resources import resource_dir


class Page(msgspec.Struct, frozen=True, gc=False):
    """What every page is: a frozen struct whose fields are what its template may name."""

    template: ClassVar[str]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the one environment: strict about names, escaping everything."""
    env = Compiler(
        loader=FileSystemLoader(resource_dir("site") / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.filters.update(
        direction=direction, plural=plural, rounded=rounded, shorten=shorten, ticked=ticked, number=_number,
        escape=escape_text, e=escape_text, keep=_keep, category=CATEGORIES.__getitem__, risk=SEVERITIES.__getitem__,
        certainty=CONFIDENCES.__getitem__, signal=signal_text,
    )  # fmt: skip
    return env


def _number(value: int) -> str:
    return f"{value:,}"


def _keep(text: str, *_: object) -> str:
    return text


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    return environment().get_template(name)


def prepare() -> None:
    """Compile every template, for processes that are forked from this one."""
    for name in environment().list_templates():
        _template(name)


def context_of(page: Page) -> dict[str, Any]:
    """Return the page's fields by name."""
    return msgspec.structs.asdict(page)


def render(page: Page) -> bytes:
    """Return the page as UTF-8, with nothing invisible in it: HTML inside the layout, anything else as it is."""
    values = context_of(page)
    text = _render(page.template, values)
    if page.template.endswith(".html"):
        return _render("layout.html", {"shell": values["shell"], "head": values["head"], "main": text})
    return text


def fragment(name: str, values: Mapping[str, Any]) -> bytes:
    """Render a part of a page, prepared once and used in many."""
    return _render(name, dict(values))


def _render(name: str, values: dict[str, Any]) -> bytes:
    template = _template(name)
    made: Iterator[Any] = template.root_render_func(Values(template.environment, values, name))
    text: bytes = next(made)
    return text
