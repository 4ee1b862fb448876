"""What changed: the page and the Atom feed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import msgspec

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.lists import Pager, chunks, page_count, pager
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.shell import TITLE, Head, Shell, Site, shell
from mcp_catalogue.store import Change, Event

SHOWN = 500
FEED = 60
_WORDS = {
    Event.SERVER_ADDED: "Server added",
    Event.SERVER_GONE: "Server no longer published",
    Event.SERVER_BACK: "Server published again",
    Event.TOOL_ADDED: "Tool added",
    Event.TOOL_REMOVED: "Tool removed",
    Event.DEFINITION_CHANGED: "Definition changed",
    Event.RELABELLED: "Labelled anew",
}
_PARTS = (
    ("title", "title"), ("description", "description"), ("input_schema", "input schema"),
    ("output_schema", "output schema"), ("annotations", "annotations"),
)  # fmt: skip


class ChangeLine(msgspec.Struct, frozen=True, gc=False):
    """One change; `path` leads to the tool or the server, from the root, None where neither is left."""

    at: str
    what: str
    server: str
    tool: str | None
    detail: str
    path: str | None


class ChangesPage(Page, frozen=True, kw_only=True):
    """What the template of `/changes/` may name."""

    template: ClassVar[str] = "changes.html"
    shell: Shell
    head: Head
    rows: tuple[ChangeLine, ...]
    pager: Pager


class Feed(Page, frozen=True, kw_only=True):
    """What the feed's template may name. Addresses are absolute where the site's own is known."""

    template: ClassVar[str] = "feed.atom"
    title: str
    id: str
    link: str
    updated: str
    entries: tuple[tuple[str, str, ChangeLine], ...]  # id, address, line


def change_line(overview: Overview, change: Change) -> ChangeLine:
    """Return `change` in words."""
    totals = overview.servers.get(ServerId(change.server))
    path = None
    if totals is not None:
        path = f"servers/{totals.folder}/index.html"
        if change.tool in totals.names:
            file = overview.odd_files.get((totals.line.id, change.tool, change.variant), change.tool)
            path = f"servers/{totals.folder}/{file}.html"
    return ChangeLine(
        at=change.at,
        what=_WORDS[change.event],
        server=totals.line.title if totals else change.server,
        tool=change.tool,
        detail=detail(change),
        path=path,
    )


def detail(change: Change) -> str:
    """Say what differs between before and after."""
    before, after = change.before or {}, change.after or {}
    old, new = _label(before), _label(after)
    parts = []
    if change.event is Event.DEFINITION_CHANGED:
        one, other = before.get("tool", {}), after.get("tool", {})
        parts.append(", ".join(words for key, words in _PARTS if one.get(key) != other.get(key)))
    if old and new and old != new:
        parts.append(f"{old} \u2192 {new}")
    return "; ".join(part for part in parts if part)


def change_text(change: Change) -> str:
    """Return one line: what happened, and what differs."""
    more = detail(change)
    return f"{_WORDS[change.event]}: {more}" if more else _WORDS[change.event]


def _label(side: Mapping[str, Any]) -> str:
    label = side.get("label") or {}
    return f"{label['primary']}, {label['severity']}" if label.get("primary") and label.get("severity") else ""


def changes_pages(site: Site, overview: Overview, changes: Iterable[Change]) -> Iterator[tuple[str, ChangesPage]]:
    """Yield `/changes/` and the pages after it; `changes` newest first."""
    lines = [change_line(overview, change) for change in changes]
    total = page_count(len(lines))
    for number, chunk in enumerate(chunks(lines, total), 1):
        path = "changes/index.html" if number == 1 else f"changes/page-{number}.html"
        yield (
            path,
            ChangesPage(
                shell=shell(site, 1, "changes"),
                head=Head(
                    title=f"Changes \u2013 {TITLE}",
                    summary="New, removed, changed and relabelled tools, newest first.",
                    canonical=site.absolute(path),
                    twin=path.rsplit("/", 1)[-1].removesuffix(".html") + ".json",
                ),
                rows=tuple(chunk),
                pager=pager(number, total, "index.html", "page-{}.html"),
            ),
        )


def feed(site: Site, overview: Overview, changes: list[Change]) -> Feed:
    """Return `/changes/feed.atom`."""
    entries = []
    for change in changes[:FEED]:
        line = change_line(overview, change)
        key = f"{change.at}\0{change.server}\0{change.tool}\0{change.variant}\0{change.event}"
        name = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
        entries.append((f"urn:x-mcp-catalogue:{name}", _address(site, line.path or "changes/index.html"), line))
    return Feed(
        title=f"{TITLE}: changes",
        id=site.absolute("changes/feed.atom") or "urn:x-mcp-catalogue:changes",
        link=_address(site, "changes/index.html"),
        updated=changes[0].at if changes else "1970-01-01T00:00:00Z",
        entries=tuple(entries),
    )


def _address(site: Site, path: str) -> str:
    return site.absolute(path) or f"../{path}"
