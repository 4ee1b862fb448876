"""Attack patterns: what each is, a documented case, and the tools in this index that serve it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

import msgspec

from mcp_catalogue.attacks import OWASP_MCP_2025, AttackPattern, attack_patterns
from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.lists import Pager, chunks, page_count, pager
from mcp_catalogue.pages.manifest import AttackUse
from mcp_catalogue.pages.overview import Overview, ToolLink
from mcp_catalogue.pages.shell import Head, Shell, Site, shell


class AtRisk(msgspec.Struct, frozen=True, gc=False):
    """One server: its riskiest tool that serves the pattern, and how many more do."""

    link: ToolLink
    more: int


class AttacksPage(Page, frozen=True, kw_only=True):
    """What the template of `/attacks/` may name."""

    template: ClassVar[str] = "attacks.html"
    shell: Shell
    head: Head
    entries: tuple[tuple[AttackPattern, int, int], ...]  # pattern, tools, servers


class AttackPage(Page, frozen=True, kw_only=True):
    """What the template of one pattern may name."""

    template: ClassVar[str] = "attack.html"
    shell: Shell
    head: Head
    pattern: AttackPattern
    owasp: tuple[tuple[str, str], ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    tools: int
    servers: int
    rows: tuple[AtRisk, ...]
    pager: Pager


Uses = Iterable[tuple[ServerId, Sequence[AttackUse]]]


def attack_pages(site: Site, overview: Overview, uses: Uses) -> Iterator[tuple[str, AttacksPage | AttackPage]]:
    """Yield `/attacks/` and the pages of each pattern; `uses` of each server, ordered by id."""
    found: dict[str, list[tuple[AtRisk, int]]] = {pattern.id: [] for pattern in attack_patterns()}
    for server, listed in uses:
        for use in listed:
            if use.pattern in found:
                found[use.pattern].append((AtRisk(_link(overview, server, use), use.count - 1), use.count))
    lead = "How access of some kind is abused, with a documented case, and which tools of this index serve it."
    yield (
        "attacks/index.html",
        AttacksPage(
            shell=shell(site, 1, "attacks"),
            head=Head(
                title="Attack patterns \u2013 MCP Risk Catalogue",
                summary=lead,
                canonical=site.absolute("attacks/index.html"),
                twin="index.json",
            ),
            entries=tuple((p, sum(n for _, n in found[p.id]), len(found[p.id])) for p in attack_patterns()),
        ),
    )
    for pattern in attack_patterns():
        yield from _pattern(site, pattern, found[pattern.id])


def _pattern(site: Site, pattern: AttackPattern, found: list[tuple[AtRisk, int]]) -> Iterator[tuple[str, AttackPage]]:
    rows = sorted((r for r, _ in found), key=lambda r: (-r.link.severity.rank, -r.more, r.link.server))
    total = page_count(len(rows))
    for number, chunk in enumerate(chunks(rows, total), 1):
        path = f"attacks/{pattern.id}.html" if number == 1 else f"attacks/{pattern.id}/page-{number}.html"
        yield (
            path,
            AttackPage(
                shell=shell(site, path.count("/"), "attacks"),
                head=Head(
                    title=f"{pattern.title} \u2013 MCP Risk Catalogue",
                    summary=pattern.summary,
                    canonical=site.absolute(path),
                    twin=path.rsplit("/", 1)[-1].removesuffix(".html") + ".json",
                ),
                pattern=pattern,
                owasp=tuple((id_, OWASP_MCP_2025[id_]) for id_ in pattern.owasp),
                needs=_needs(pattern),
                tools=sum(count for _, count in found),
                servers=len(found),
                rows=tuple(chunk),
                pager=pager(
                    number, total, f"{'' if number == 1 else '../'}{pattern.id}.html",
                    f"{pattern.id}/page-{{}}.html" if number == 1 else "page-{}.html",
                ),
            ),
        )  # fmt: skip


def _needs(pattern: AttackPattern) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what the pattern's clauses ask for, gathered by kind."""
    kinds = ("signals", "effects", "parameters", "categories", "evidence", "origins")
    return tuple(
        (kind, values)
        for kind in kinds
        if (values := tuple(dict.fromkeys(str(v) for clause in pattern.applies for v in getattr(clause, kind))))
    )


def _link(overview: Overview, server: ServerId, use: AttackUse) -> ToolLink:
    totals = overview.servers[server]
    path = f"servers/{totals.folder}/{use.file}.html"
    return ToolLink(server, totals.line.title, use.name, path, use.primary, use.severity, use.confidence)
