"""npm's version ranges, as far as package manifests use them (node-semver's README, "Ranges")."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_VERSION = re.compile(
    r"[v=\s]*(?P<major>\d{1,9})\.(?P<minor>\d{1,9})\.(?P<patch>\d{1,9})(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)
_PARTIAL = re.compile(
    r"(?P<op>\^|~>?|>=|<=|>|<|=)?\s*v?(?P<major>\d{1,9}|[xX*])(?:\.(?P<minor>\d{1,9}|[xX*]))?(?:\.(?P<patch>\d{1,9}|[xX*]))?"
    r"(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_SPACE_AFTER_OPERATOR = re.compile(r"(\^|~>?|>=|<=|>|<|=)\s+")


@dataclass(frozen=True, slots=True, order=True)
class SemVer:
    """A version in semver's order: `final` is 1 without a pre-release, which sorts before it."""

    major: int
    minor: int
    patch: int
    final: int = 1
    pre: tuple[tuple[int, int, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "SemVer | None":
        """Read a full version, or answer None."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            return None
        pre = match["pre"]
        return cls(
            int(match["major"]), int(match["minor"]), int(match["patch"]), 0 if pre else 1, _identifiers(pre or "")
        )


_LOWEST = SemVer(0, 0, 0, 0)
Bounds = tuple[SemVer, SemVer | None, bool]
"""From (included), to (None: open), and whether the end is included."""


def best_match(versions: Iterable[str], requirement: str) -> str | None:
    """Return the newest of `versions` in the range, or None. Pre-releases only where the range names one."""
    parsed = {v: text for text in versions if (v := SemVer.parse(text)) is not None}
    named = SemVer.parse(requirement)
    if named is not None:
        return parsed.get(named)
    fitting = [v for v in parsed if any(_in_all(v, part) for part in requirement.split("||"))]
    return parsed[max(fitting)] if fitting else None


def _identifiers(pre: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers sort before words and by value (semver 2.0, rule 11)."""
    parts = (p for p in pre.split(".") if p)
    return tuple((0, int(p), "") if p.isdecimal() and len(p) < 10 else (1, 0, p) for p in parts)


def _in_all(version: SemVer, part: str) -> bool:
    try:
        comparators = list(_comparators(part))
    except ValueError:
        return False
    if not version.final and not any(
        _same_release(version, low) or _same_release(version, high) for low, high, _ in comparators
    ):
        return False
    return all(
        low <= version and (high is None or version < high or (closed and version == high))
        for low, high, closed in comparators
    )


def _same_release(version: SemVer, bound: SemVer | None) -> bool:
    if bound is None or bound.final or not bound.pre:
        return False
    return (version.major, version.minor, version.patch) == (bound.major, bound.minor, bound.patch)


def _comparators(part: str) -> Iterator[Bounds]:
    if hyphen := _HYPHEN.fullmatch(part.strip()):
        yield _bounds(f">={hyphen[1]}")
        yield _bounds(f"<={hyphen[2]}")
        return
    for word in _SPACE_AFTER_OPERATOR.sub(r"\1", part).split() or ["*"]:
        yield _bounds(word)


def _bounds(word: str) -> Bounds:
    match = _PARTIAL.fullmatch(word)
    if match is None:
        raise ValueError(word)
    given = [int(g) if g and g.isdecimal() else None for g in match.group("major", "minor", "patch")]
    major, minor, patch = given
    low = SemVer(major or 0, minor or 0, patch or 0, 0 if match["pre"] else 1, _identifiers(match["pre"] or ""))
    end = _after(major, minor, patch)
    match match["op"]:
        case "^":
            return low, _caret_end(major, minor, patch), False
        case "~" | "~>":
            return low, _after(major, minor, None), False
        case ">=":
            return low, None, False
        case ">":
            return (end, None, False) if end is not None and None in given else (_next(low), None, False)
        case "<":
            return _LOWEST, SemVer(low.major, low.minor, low.patch, 0) if None in given else low, False
        case "<=":
            return (_LOWEST, end, False) if None in given else (_LOWEST, low, True)
        case _:
            return (low, end, False) if None in given else (low, low, True)


def _after(major: int | None, minor: int | None, patch: int | None) -> SemVer | None:
    """Return the first version after those that fit what is given."""
    if major is None:
        return None
    if minor is None:
        return SemVer(major + 1, 0, 0, 0)
    return SemVer(major, minor + 1, 0, 0) if patch is None else SemVer(major, minor, patch + 1, 0)


def _next(low: SemVer) -> SemVer:
    """Return the smallest version above `low`."""
    return (
        SemVer(low.major, low.minor, low.patch, low.final, (*low.pre, (0, 0, "")))
        if not low.final
        else SemVer(low.major, low.minor, low.patch + 1, 0)
    )


def _caret_end(major: int | None, minor: int | None, patch: int | None) -> SemVer | None:
    if major is None:
        return None
    if major or minor is None:
        return SemVer(major + 1, 0, 0, 0)
    if minor or patch is None:
        return SemVer(0, minor + 1, 0, 0)
    return SemVer(0, 0, patch + 1, 0)
