"""The same server seen through several sources becomes one, with every name and the reason for each merge.

Two listings are one server where they share a package, a remote address or a registry name. They are one as
well where they share a repository and folder, unless that repository holds several packages of one ecosystem:
such a monorepo merges nothing, and stays a record of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from crawler.sources.base import Listing
from crawler.targets import HostedRepository, Package, parse_reference, target_id
from mcp_catalogue.errors import TargetError
from mcp_catalogue.model import JsonObject

_ECOSYSTEMS = ("pkg:npm/", "pkg:pypi/")
_REPOSITORIES = ("pkg:github/", "pkg:gitlab/", "pkg:bitbucket/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Why `alias` is another name of the server: what says so, and the source that listed it."""

    alias: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One server of several listings.

    `target` is what to fetch and `id` its name in the catalogue: the one that was given before, else the first
    of package, repository, remote. `facts` holds what each source says, by source.
    """

    id: str
    target: str
    aliases: tuple[str, ...] = ()
    joined: tuple[Joined, ...] = ()
    sources: tuple[str, ...] = ()
    facts: Mapping[str, JsonObject] = field(default_factory=dict)

    @property
    def listing(self) -> Listing:
        """The record as one listing, for what only wants to fetch it."""
        reason = self.joined[0].reason if self.joined else None
        return Listing(target=self.target, aliases=self.aliases, reason=reason, facts=self.facts)


@dataclass(slots=True)
class _Groups:
    """Disjoint sets of listing numbers."""

    parent: list[int]

    def find(self, number: int) -> int:
        while self.parent[number] != number:
            self.parent[number] = self.parent[self.parent[number]]
            number = self.parent[number]
        return number

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self.parent[second] = first


def merge(listed: Iterable[tuple[str, Listing]], known: Collection[str] = ()) -> Iterator[Merged]:
    """Yield one record per server, in the order of first listing. `known` are ids given in earlier runs."""
    pairs = list(listed)
    names = [tuple(dict.fromkeys(map(identity, (entry.target, *entry.aliases)))) for _, entry in pairs]
    groups = _grouped(names)
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(pairs)):
        members[groups.find(number)].append(number)
    for numbers in members.values():
        yield _merged([pairs[n] for n in numbers], [names[n] for n in numbers], known)


def _grouped(names: list[tuple[str, ...]]) -> _Groups:
    """Join the listings that share a name: repositories last, since they need what the others have joined."""
    groups = _Groups(list(range(len(names))))
    holders: dict[str, list[int]] = defaultdict(list)
    for number, keys in enumerate(names):
        for key in keys:
            holders[key].append(number)
    for key in sorted(holders, key=lambda k: (k.startswith(_REPOSITORIES), k)):
        numbers = holders[key]
        if not key.startswith(_REPOSITORIES) or _one_server(numbers, names, groups):
            for other in numbers[1:]:
                groups.join(numbers[0], other)
    return groups


def identity(text: str) -> str:
    """Return the id of what `text` names, without version or commit; a name that is no target stays as it is."""
    try:
        target = parse_reference(text)
    except TargetError:
        return text
    if isinstance(target, Package):
        target = replace(target, version=None, requirement=None)
    elif isinstance(target, HostedRepository):
        target = replace(target, ref=None)
    return target_id(target) or text


def _one_server(numbers: list[int], names: list[tuple[str, ...]], groups: _Groups) -> bool:
    """Tell whether joining the groups of `numbers` leaves at most one package per ecosystem."""
    roots = {groups.find(n) for n in numbers}
    if len(roots) < 2:
        return False
    packages = {
        key
        for number, keys in enumerate(names)
        if groups.find(number) in roots
        for key in keys
        if key.startswith(_ECOSYSTEMS)
    }
    return max(Counter(key.partition("/")[0] for key in packages).values(), default=0) <= 1


def _merged(pairs: list[tuple[str, Listing]], names: list[tuple[str, ...]], known: Collection[str]) -> Merged:
    every = dict.fromkeys(key for keys in names for key in keys)
    chosen = next((k for k in sorted(every) if k in known and _rank(k) < 3), None) or min(every, key=_preference)
    target = next((e.target for (_, e), keys in zip(pairs, names, strict=True) if keys[0] == chosen), chosen)
    joined = {
        key: Joined(alias=key, reason=_reason(entry, number), source=source)
        for number, ((source, entry), keys) in reversed(list(enumerate(zip(pairs, names, strict=True))))
        for key in keys
        if key != chosen
    }
    facts: dict[str, JsonObject] = {}
    for source, entry in pairs:
        if entry.facts:
            facts[source] = {**facts.get(source, {}), **entry.facts}
    return Merged(
        id=chosen,
        target=target,
        aliases=tuple(sorted(joined)),
        joined=tuple(joined[key] for key in sorted(joined)),
        sources=tuple(dict.fromkeys(source for source, _ in pairs)),
        facts=facts,
    )


def _reason(entry: Listing, number: int) -> str:
    if entry.reason:
        return entry.reason
    return "listed under this name" if number == 0 else "shares a package, repository, remote or registry name"


def _preference(key: str) -> tuple[int, str]:
    return _rank(key), key


def _rank(key: str) -> int:
    """Package before repository before remote; anything else is only ever an alias."""
    if key.startswith(_ECOSYSTEMS):
        return 0
    if key.startswith(_REPOSITORIES):
        return 1
    return 2 if key.startswith("https://") else 3
