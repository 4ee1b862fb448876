"""Links to tools of the same name and of the same rule on other servers, rendered once for all pages that show them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.environment import fragment
from mcp_catalogue.pages.overview import Overview, ToolLink

SAME_RULE = 6
SAME_NAME = 8
_MOST = 4096
"""Rendered lists that are kept, of some 2 KB each, and four times as many links."""


@dataclass(frozen=True, slots=True)
class _Links:
    """Some links, the servers and names among them, and the text for a page that is about none of these."""

    links: Sequence[ToolLink]
    servers: frozenset[ServerId]
    names: frozenset[str]
    text: bytes


@dataclass(slots=True)
class Elsewhere:
    """What pages of one build say of other servers. `root` leads from the page to the first page."""

    overview: Overview
    _kept: dict[tuple[str, str, str], _Links] = field(default_factory=dict)

    def same_name(self, root: str, name: str, mine: ServerId) -> bytes:
        """Return the tools of this name on servers other than `mine`."""
        found = self._links("name", root, name)
        if mine not in found.servers:
            return found.text
        return _joined(root, [link for link in found.links if link.server != mine][:SAME_NAME])

    def same_rule(self, root: str, rule: str, name: str, mine: ServerId) -> bytes:
        """Return tools that the rule decided, of other names and on servers other than `mine`."""
        found = self._links("rule", root, rule)
        if mine not in found.servers and name not in found.names:
            return found.text
        return _joined(root, [k for k in found.links if k.server != mine and k.name != name][:SAME_RULE])

    def _links(self, kind: str, root: str, key: str) -> _Links:
        found = self._kept.get((kind, root, key))
        if found is None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            links = self.overview.names.get(key, ()) if kind == "name" else self.overview.rule_links(key)
            text = _joined(root, links[: SAME_NAME if kind == "name" else SAME_RULE])
            servers, names = frozenset(link.server for link in links), frozenset(link.name for link in links)
            found = self._kept[kind, root, key] = _Links(links, servers, names, text)
        return found


def _joined(root: str, links: Sequence[ToolLink]) -> bytes:
    return b"".join([_link(root, link) for link in links])


@lru_cache(maxsize=4 * _MOST)
def _link(root: str, link: ToolLink) -> bytes:
    return fragment("parts/link.html", {"root": root, "link": link})
