"""Lists of tools by severity and by category, one server's tools of one severity, and the list of servers."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import ClassVar, TypeVar

import msgspec

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.pages.charts import Bar, profile
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.overview import Overview, ServerTotals, ToolLink
from mcp_catalogue.pages.server_view import ServerView, ToolRow
from mcp_catalogue.pages.shell import Head, Shell, Site, shell
from mcp_catalogue.pages.text import plural
from mcp_catalogue.pages.words import CATEGORIES, SEVERITIES

PAGE_SIZE = 100
_T = TypeVar("_T")


class Pager(msgspec.Struct, frozen=True, gc=False):
    """Where a page stands in its list; addresses are relative, None at the ends."""

    number: int
    total: int
    before: str | None
    after: str | None
    shown: tuple[tuple[int, str], ...]


class OverviewPage(Page, frozen=True, kw_only=True):
    """`/risk/` and `/categories/`: counts, definitions and the chart."""

    template: ClassVar[str] = "overview.html"
    shell: Shell
    head: Head
    title: str
    lead: str
    entries: tuple[tuple[str, str, str, int], ...]  # name, class, definition, count
    chart: tuple[Bar, ...]


class ListPage(Page, frozen=True, kw_only=True):
    """One page of the tools of a severity or a category."""

    template: ClassVar[str] = "list.html"
    shell: Shell
    head: Head
    title: str
    severity: Severity | None
    definition: str
    count: int
    rows: tuple[ToolLink, ...]
    pager: Pager


class ServerSeverityPage(Page, frozen=True, kw_only=True):
    """The tools of one severity on one server."""

    template: ClassVar[str] = "server_severity.html"
    shell: Shell
    head: Head
    server: ServerView
    severity: Severity
    definition: str
    count: int
    rows: tuple[ToolRow, ...]
    pager: Pager
    up: str


class ServersPage(Page, frozen=True, kw_only=True):
    """One page of the list of servers."""

    template: ClassVar[str] = "servers.html"
    shell: Shell
    head: Head
    rows: tuple[ServerTotals, ...]
    count: int
    pager: Pager


def risk_index(site: Site, overview: Overview) -> OverviewPage:
    """Return `/risk/index.html`."""
    lead = "How much harm one call can do, given the worst arguments that the tool accepts."
    return OverviewPage(
        shell=shell(site, 1, "risk"),
        head=Head(title="Risk \u2013 MCP Risk Catalogue", summary=lead, canonical=site.absolute("risk/index.html")),
        title="Risk",
        lead=lead,
        entries=tuple((s.value, s.value, SEVERITIES[s], overview.severity(s)) for s in reversed(Severity)),
        chart=profile(overview),
    )


def category_index(site: Site, overview: Overview) -> OverviewPage:
    """Return `/categories/index.html`."""
    lead = "What one call of a tool does to the world outside the conversation, in rising order of harm."
    return OverviewPage(
        shell=shell(site, 1, "categories"),
        head=Head(
            title="Categories \u2013 MCP Risk Catalogue", summary=lead, canonical=site.absolute("categories/index.html")
        ),
        title="Categories",
        lead=lead,
        entries=tuple((c.value, "", CATEGORIES[c].meaning, overview.category(c)) for c in Category),
        chart=profile(overview),
    )


def severity_pages(
    site: Site, overview: Overview, severity: Severity, rows: Iterable[ToolLink]
) -> Iterator[tuple[str, ListPage]]:
    """Yield `/risk/<severity>.html` and the pages after it with their paths."""
    title = f"{severity.value.capitalize()} risk tools"
    yield from _list(
        site, "risk", severity.value, title, SEVERITIES[severity], overview.severity(severity), rows, severity
    )


def category_pages(
    site: Site, overview: Overview, category: Category, rows: Iterable[ToolLink]
) -> Iterator[tuple[str, ListPage]]:
    """Yield `/categories/<category>.html` and the pages after it with their paths."""
    title, text = f"{category.value} tools", CATEGORIES[category].meaning
    yield from _list(site, "categories", category.value.lower(), title, text, overview.category(category), rows, None)


def _list(  # noqa: PLR0913 — one caller each for two kinds
    site: Site,
    section: str,
    slug: str,
    title: str,
    definition: str,
    count: int,
    rows: Iterable[ToolLink],
    severity: Severity | None,
) -> Iterator[tuple[str, ListPage]]:
    total = page_count(count)
    for number, chunk in enumerate(chunks(rows, total), 1):
        first = number == 1
        path = f"{section}/{slug}.html" if first else f"{section}/{slug}/page-{number}.html"
        up = "" if first else "../"
        yield (
            path,
            ListPage(
                shell=shell(site, path.count("/"), section),
                head=Head(
                    title=f"{title}{'' if first else f', page {number}'} \u2013 MCP Risk Catalogue",
                    summary=f"{plural(count, 'tool')}. {definition}",
                    canonical=site.absolute(path),
                    twin=f"{path.rsplit('/', 1)[-1].removesuffix('.html')}.json",
                ),
                title=title,
                severity=severity,
                definition=definition,
                count=count,
                rows=tuple(chunk),
                pager=pager(number, total, f"{up}{slug}.html", f"{'' if not first else slug + '/'}page-{{}}.html"),
            ),
        )


def server_severity_pages(site: Site, server: ServerView) -> Iterator[tuple[str, ServerSeverityPage]]:
    """Yield `/risk/<severity>/<server>.html` and the pages after it, for each severity that the server's tools have."""
    for severity, count in server.counts:
        rows = [row for row in server.riskiest if row.label.severity is severity] if count else []
        for number in range(1, page_count(count) + 1) if count else ():
            yield _server_severity_page(site, server, severity, rows, number)


def _server_severity_page(
    site: Site, server: ServerView, severity: Severity, rows: Sequence[ToolRow], number: int
) -> tuple[str, ServerSeverityPage]:
    place = f"risk/{severity}/{server.folder.removeprefix('servers/')}"
    name, total = place.rsplit("/", 1)[-1], page_count(len(rows))
    path = f"{place}.html" if number == 1 else f"{place}/page-{number}.html"
    depth = path.count("/")
    links = (f"{name}.html", f"{name}/page-{{}}.html") if number == 1 else (f"../{name}.html", "page-{}.html")
    return path, ServerSeverityPage(
        shell=shell(site, depth, "risk"),
        head=Head(
            title=f"{severity.value.capitalize()} risk tools of {server.title}",
            summary=f"{plural(len(rows), 'tool')} of {server.title}. {SEVERITIES[severity]}",
            canonical=site.absolute(path),
            twin=f"{path.rsplit('/', 1)[-1].removesuffix('.html')}.json",
        ),
        server=server,
        severity=severity,
        definition=SEVERITIES[severity],
        count=len(rows),
        rows=tuple(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
        pager=pager(number, total, *links),
        up=f"{'../' * depth}{server.folder}/",
    )


def servers_pages(site: Site, overview: Overview) -> Iterator[tuple[str, ServersPage]]:
    """Yield the list of servers by name."""
    ordered = sorted(overview.servers.values(), key=lambda s: (s.line.title.casefold(), s.line.id))
    total = page_count(len(ordered))
    for number, chunk in enumerate(chunks(ordered, total), 1):
        path = "servers/index.html" if number == 1 else f"servers/page-{number}.html"
        summary = f"{plural(len(ordered), 'server')} with the risk of their tools."
        head = Head(title="Servers \u2013 MCP Risk Catalogue", summary=summary, canonical=site.absolute(path))
        yield (
            path,
            ServersPage(
                shell=shell(site, 1, "servers"),
                head=head,
                rows=tuple(chunk),
                count=len(ordered),
                pager=pager(number, total, "index.html", "page-{}.html"),
            ),
        )


def page_count(count: int) -> int:
    """Return the number of pages of a list; an empty list has one."""
    return max(1, -(-count // PAGE_SIZE))


def chunks(rows: Iterable[_T], total: int) -> Iterator[Sequence[_T]]:
    """Cut `rows` into exactly `total` pages."""
    stream = iter(rows)
    for _ in range(total):
        yield list(islice(stream, PAGE_SIZE))


def pager(number: int, total: int, first: str, later: str) -> Pager:
    """Return the links of page `number`; `later` has a place for the number."""

    def href(page: int) -> str:
        return first if page == 1 else later.format(page)

    near = sorted({1, *range(max(1, number - 2), min(total, number + 2) + 1), total})
    return Pager(
        number,
        total,
        href(number - 1) if number > 1 else None,
        href(number + 1) if number < total else None,
        tuple((page, href(page)) for page in near),
    )
