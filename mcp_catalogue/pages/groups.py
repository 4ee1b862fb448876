"""The pages that are about more than one server, in groups that can be rendered apart from each other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.pages.attack_pages import attack_pages
from mcp_catalogue.pages.change_pages import SHOWN, changes_pages, feed
from mcp_catalogue.pages.environment import Page, context_of, render
from mcp_catalogue.pages.home import RECENT, home_page
from mcp_catalogue.pages.lists import category_index, category_pages, risk_index, servers_pages, severity_pages
from mcp_catalogue.pages.machine import Listed, machine_files, sitemaps
from mcp_catalogue.pages.manifest import Units, group_key, server_key
from mcp_catalogue.pages.names import RANGES, name_pages
from mcp_catalogue.pages.overview import LABELS, Overview
from mcp_catalogue.pages.prose import data_page, methodology_page
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.rule_pages import rule_pages
from mcp_catalogue.pages.search_index import search_files
from mcp_catalogue.pages.search_page import search_page
from mcp_catalogue.pages.shell import Site, assets
from mcp_catalogue.schemas import NAMES, schema_text
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import newest_changes

Files = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every group is rendered from; `units` are those that were made before it."""

    store: Store
    site: Site
    overview: Overview
    units: Units
    words: Recall
    twins: bool = True

    def page(self, path: str, page: Page) -> Files:
        """Yield the page, and beside it the same facts as JSON."""
        yield path, render(page)
        if self.twins:
            yield path.removesuffix(".html") + ".json", twin(page)


def twin(page: Page) -> bytes:
    """Return the facts of a page as JSON: its fields, without what is only there to be looked at."""
    values = {key: value for key, value in context_of(page).items() if key not in {"shell", "head", "pager", "chart"}}
    return msgspec.json.encode(values)


def _single(path: str, make: Callable[[Site, Overview], Page]) -> Callable[[Ground], Files]:
    return lambda ground: ground.page(path, make(ground.site, ground.overview))


def _severity(severity: Severity) -> Callable[[Ground], Files]:
    def files(ground: Ground) -> Files:
        links = ground.overview.links(bytes(code for code, label in enumerate(LABELS) if label[1] is severity))
        for path, page in severity_pages(ground.site, ground.overview, severity, links):
            yield from ground.page(path, page)

    return files


def _category(category: Category) -> Callable[[Ground], Files]:
    def files(ground: Ground) -> Files:
        links = ground.overview.links(bytes(code for code, label in enumerate(LABELS) if label[0] is category))
        for path, page in category_pages(ground.site, ground.overview, category, links):
            yield from ground.page(path, page)

    return files


def _servers(ground: Ground) -> Files:
    for path, page in servers_pages(ground.site, ground.overview):
        yield from ground.page(path, page)


def _names(first: str, beyond: str | None) -> Callable[[Ground], Files]:
    def files(ground: Ground) -> Files:
        for path, page in name_pages(ground.site, ground.overview, first, beyond):
            yield from ground.page(path, page)

    return files


def _attacks(ground: Ground) -> Files:
    uses = ((server, ground.units[server_key(server)].uses()) for server in ground.overview.servers)
    for path, page in attack_pages(ground.site, ground.overview, uses):
        yield from ground.page(path, page)


def _rules(ground: Ground) -> Files:
    for path, page in rule_pages(ground.site, ground.overview):
        yield from ground.page(path, page)


def _changes(ground: Ground) -> Files:
    changes = newest_changes(ground.store, SHOWN)
    for path, page in changes_pages(ground.site, ground.overview, changes):
        yield from ground.page(path, page)
    yield "changes/feed.atom", render(feed(ground.site, ground.overview, changes))


def _search(ground: Ground) -> Files:
    yield "search/index.html", render(search_page(ground.site, ground.overview))
    yield from search_files(ground.store, ground.overview, ground.words)


def _home(ground: Ground) -> Files:
    page = home_page(ground.site, ground.overview, newest_changes(ground.store, RECENT), ground.overview.growth())
    yield from ground.page("index.html", page)


def _machine(ground: Ground) -> Files:
    yield from machine_files(ground.site, ground.overview)


def _schemas(_: Ground) -> Files:
    for name in NAMES:
        yield f"data/{name}", schema_text(name).encode()


def _assets(_: Ground) -> Files:
    yield from assets().items()


def _listed(ground: Ground) -> Iterator[Listed]:
    """Yield the pages of every unit but `404.html`, in a fixed order; of servers with the day of their last change."""
    days = {server_key(server): totals.line.last_changed[:10] for server, totals in ground.overview.servers.items()}
    for key, unit in sorted(ground.units.items()):
        if key != group_key("machine"):
            yield from ((*pages, days.get(key)) for pages in unit.pages())


def _sitemaps(ground: Ground) -> Files:
    if ground.site.base_url:
        yield from sitemaps(ground.site.base_url, _listed(ground))


Groups = Mapping[str, Callable[[Ground], Files]]

PAGES: Groups = {
    "search": _search,
    "servers": _servers,
    "rules": _rules,
    "changes": _changes,
    "home": _home,
    "machine": _machine,
    "risk": _single("risk/index.html", risk_index),
    "categories": _single("categories/index.html", category_index),
    "methodology": _single("methodology/index.html", methodology_page),
    "data": _single("data/index.html", data_page),
    "schemas": _schemas,
    "assets": _assets,
}
"""Groups that are always made again, the longest first."""
LISTS: Groups = {
    **{f"risk/{s}": _severity(s) for s in reversed(Severity)},
    **{f"categories/{c}": _category(c) for c in Category},
    **{f"names/{a}": _names(a, b) for a, b in zip(RANGES, (*RANGES[1:], None), strict=True)},
}
"""Groups that are made from what `Overview.listed` covers alone."""
ATTACKS: Groups = {"attacks": _attacks}
"""Groups that are made from what the servers' units say of attacks, when these are there."""
MAPS: Groups = {"sitemaps": _sitemaps}
"""Groups that are made from all other units."""
GROUPS: Groups = {**PAGES, **LISTS, **ATTACKS, **MAPS}
