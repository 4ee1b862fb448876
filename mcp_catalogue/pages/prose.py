"""Pages that are mostly text: methodology, data."""

from typing import ClassVar

from mcp_catalogue.entries import SCHEMA_VERSION
from mcp_catalogue.model import Action, Category, Confidence, Severity
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.measured import MeasuredSet, measured
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.shell import Head, Shell, Site, shell
from mcp_catalogue.pages.words import ACTIONS, CATEGORIES, CONFIDENCES, SEVERITIES, SIGNALS
from mcp_catalogue.schemas import NAMES


class MethodologyPage(Page, frozen=True, kw_only=True):
    """What the methodology template may name."""

    template: ClassVar[str] = "methodology.html"
    shell: Shell
    head: Head
    categories: tuple[tuple[Category, str], ...]
    severities: tuple[tuple[Severity, str], ...]
    confidences: tuple[tuple[Confidence, str], ...]
    signals: tuple[tuple[str, str, str, int], ...]
    actions: tuple[tuple[Action, str, str], ...]
    complete: int
    partial: int
    unreadable: int
    measured: tuple[MeasuredSet, ...]


class DataPage(Page, frozen=True, kw_only=True):
    """What the data template may name."""

    template: ClassVar[str] = "data.html"
    shell: Shell
    head: Head
    schema_version: str
    schemas: tuple[str, ...]
    tools: int
    servers: int
    last_changed: str | None
    base_url: str | None


def methodology_page(site: Site, overview: Overview) -> MethodologyPage:
    """Gather `/methodology/index.html`."""
    summary = "What a label means, in which order evidence counts, what is known to be missing, how to correct a label."
    status = [s.line.status for s in overview.servers.values()]
    return MethodologyPage(
        shell=shell(site, 1, "methodology"),
        head=Head(
            title="Methodology \u2013 MCP Risk Catalogue",
            summary=summary,
            canonical=site.absolute("methodology/index.html"),
        ),
        categories=tuple((c, CATEGORIES[c].meaning) for c in Category),
        severities=tuple((s, SEVERITIES[s]) for s in reversed(Severity)),
        confidences=tuple((c, CONFIDENCES[c]) for c in reversed(Confidence)),
        signals=tuple((str(id_), *text, overview.signals[id_]) for id_, text in SIGNALS.items()),
        actions=tuple((a, *ACTIONS[a]) for a in Action),
        complete=status.count("complete"),
        partial=status.count("partial"),
        unreadable=status.count("unreadable"),
        measured=measured()[0],
    )


def data_page(site: Site, overview: Overview) -> DataPage:
    """Gather `/data/index.html`."""
    return DataPage(
        shell=shell(site, 1, "data"),
        head=Head(
            title="Data \u2013 MCP Risk Catalogue",
            summary="The whole catalogue as JSON, with its schema: labels, evidence, provenance.",
            canonical=site.absolute("data/index.html"),
        ),
        schema_version=SCHEMA_VERSION,
        schemas=NAMES,
        tools=overview.tools,
        servers=len(overview.servers),
        last_changed=max((s.line.last_changed for s in overview.servers.values()), default=None),
        base_url=site.base_url,
    )
