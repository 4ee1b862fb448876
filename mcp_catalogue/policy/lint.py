"""What a client would misread or drop in silence, found before the user relies on it."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from mcp_catalogue.policy.ruling import nameable
from mcp_catalogue.policy.words import shown

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


@lru_cache(maxsize=4096)
def sanitised(name: str) -> str:
    """Return `name` as Claude Code and Codex write it into a tool's id: other characters become `_`."""
    return _UNSAFE.sub("_", name)


def unusable(names: Iterable[str]) -> list[str]:
    """Return notes on names that no rule can name: empty ones and `*`, which engines read as every tool."""
    return [
        f"{shown(name) or '(empty name)'}: cannot be named in a rule; it gets none"
        for name in names
        if not nameable(name)
    ]


def collisions(names: Sequence[str], to_id: Callable[[str], str]) -> list[str]:
    """Return one note for each id that several of `names` share, for a rule on one holds for all of them."""
    ids = [to_id(name) for name in names]
    if len(set(ids)) == len(ids):
        return []
    groups: dict[str, list[str]] = defaultdict(list)
    for name, id_ in zip(names, ids, strict=True):
        groups[id_].append(name)
    return [
        f"{', '.join(shown(n) for n in sorted(group))}: the client writes all of them as {shown(key)}, "
        "so the strictest rule holds for each"
        for key, group in sorted(groups.items())
        if len(group) > 1
    ]


def changed(names: Iterable[str], to_id: Callable[[str], str]) -> list[str]:
    """Return a note for each name that the client spells differently."""
    return [
        f"{shown(name)}: the client spells it {shown(to_id(name))}, and so does this policy"
        for name in names
        if to_id(name) != name
    ]


def too_long(ids: Iterable[str], limit: int, consequence: str) -> list[str]:
    """Return a note for each id over `limit` characters."""
    return [f"{shown(i)}: {len(i)} characters, over {limit}; {consequence}" for i in ids if len(i) > limit]
