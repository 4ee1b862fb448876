"""The template environment, and how a page becomes bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any, ClassVar, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from mcp_catalogue.pages.text import direction, plural, rounded, shorten, visible
from mcp_catalogue.resources import resource_dir


class Page(Protocol):
    """A frozen dataclass whose fields are what its template may name."""

    template: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the one environment: strict about names, escaping everything."""
    env = Environment(
        loader=FileSystemLoader(resource_dir("site") / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    env.filters.update(direction=direction, plural=plural, rounded=rounded, shorten=shorten, number=_number)
    return env


def _number(value: int) -> str:
    return f"{value:,}"


@lru_cache(maxsize=64)
def _template(name: str) -> Template:
    return environment().get_template(name)


@lru_cache(maxsize=64)
def _names(kind: type[Page]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def context_of(page: Page) -> dict[str, Any]:
    """Return the page's fields by name."""
    return {name: getattr(page, name) for name in _names(type(page))}


def render(page: Page) -> bytes:
    """Return the page as UTF-8, with nothing invisible in it."""
    return visible("".join(_chunks(page.template, context_of(page))))


def fragment(name: str, values: Mapping[str, Any]) -> Markup:
    """Render a part of a page, prepared once and used in many."""
    return Markup("".join(_chunks(name, dict(values))))  # noqa: S704 — a template's own output is escaped


def _chunks(name: str, values: dict[str, Any]) -> Iterable[str]:
    template = _template(name)
    return template.root_render_func(template.new_context(values, shared=True))
