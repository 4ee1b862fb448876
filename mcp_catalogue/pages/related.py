"""Links to tools of the same name and of the same rule on other servers, rendered once for all pages that show them."""

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
    """Some links with their text, the servers and names among them, and the text for a page about none of these."""

    links: tuple[tuple[ServerId, str, bytes], ...]
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
        return b"".join([text for server, _, text in found.links if server != mine][:SAME_NAME])

    def same_rule(self, root: str, rule: str, name: str, mine: ServerId) -> bytes:
        """Return tools that the rule decided, of other names and on servers other than `mine`."""
        found = self._links("rule", root, rule)
        if mine not in found.servers and name not in found.names:
            return found.text
        kept = [text for server, other, text in found.links if server != mine and other != name]
        return b"".join(kept[:SAME_RULE])

    def _links(self, kind: str, root: str, key: str) -> _Links:
        found = self._kept.get((kind, root, key))
        if found is None:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            given = self.overview.names.get(key, ()) if kind == "name" else self.overview.rule_links(key)
            links = tuple((link.server, link.name, _link(root, link)) for link in given)
            text = b"".join([text for _, _, text in links][: SAME_NAME if kind == "name" else SAME_RULE])
            servers, names = frozenset(link.server for link in given), frozenset(link.name for link in given)
            found = self._kept[kind, root, key] = _Links(links, servers, names, text)
        return found


@lru_cache(maxsize=4 * _MOST)
def _link(root: str, link: ToolLink) -> bytes:
    return fragment("parts/link.html", {"root": root, "link": link})
