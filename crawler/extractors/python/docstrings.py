"""What each SDK makes of a docstring.

The official SDK takes `__doc__` as it stands. FastMCP cleans it, and from 3.3 keeps only the text before the first
structured section (`Args:`, `Returns:`, …), which it finds with griffe: so do we. (4.1.6 no longer counts headings that
griffe calls admonitions; the releases before it, and this module, do.)
"""

import inspect
from enum import StrEnum
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

_STYLES = ("google", "numpy", "sphinx")
_MAX_DOCSTRING = 100_000


class Reading(StrEnum):
    """How much of a docstring FastMCP takes as the description, by its version."""

    WHOLE = "whole"  # before 3.3
    PARAMETERS = "parameters"  # 3.3 to 4.0: cut where there is a section of parameters
    SECTIONS = "sections"  # from 4.1: cut at the first section of any kind


def reading_of(requirement: str | None) -> Reading:
    """Return how the newest FastMCP that `requirement` allows reads docstrings."""
    try:
        specifiers = SpecifierSet(requirement or "", prereleases=True)
    except InvalidSpecifier:
        return Reading.SECTIONS
    for version, reading in (("4.999", Reading.SECTIONS), ("5.999", Reading.SECTIONS), ("4.1", Reading.SECTIONS)):
        if version in specifiers:
            return reading
    pinned = [Version(s.version) for s in specifiers if s.operator in ("==", "===") and not s.version.endswith(".*")]
    if pinned:
        return _at(max(pinned))
    return next((_at(Version(v)) for v in ("4.0.999", "3.999", "3.3.0") if v in specifiers), Reading.WHOLE)


def _at(version: Version) -> Reading:
    if version < Version("3.3"):
        return Reading.WHOLE
    return Reading.PARAMETERS if version < Version("4.1.0a0") else Reading.SECTIONS


def description_of(doc: str | None, sdk: str, *, reading: Reading) -> tuple[str | None, dict[str, str]]:
    """Return the description and the parameters' own descriptions that the SDK takes from a docstring."""
    if not doc:
        return None, {}
    if sdk == "official":
        return doc, {}
    cleaned = inspect.cleandoc(doc)
    return (cleaned, {}) if reading is Reading.WHOLE else _sections(cleaned[:_MAX_DOCSTRING], reading)


@lru_cache(maxsize=4096)
def _sections(doc: str, reading: Reading) -> tuple[str | None, dict[str, str]]:
    if ":" not in doc and "---" not in doc:
        return doc, {}
    from griffe import Docstring, DocstringSectionKind  # noqa: PLC0415 - slow to import, and not always needed

    for style in _STYLES:
        description: str | None = None
        found: dict[str, str] = {}
        structured = False
        for section in Docstring(doc, lineno=1, parser=style).parse(warnings=False):  # type: ignore[arg-type]
            kind = section.kind
            if kind is DocstringSectionKind.text:
                description = section.value if description is None else description
            else:
                structured = True
                if kind is DocstringSectionKind.parameters:
                    found.update((p.name, p.description) for p in section.value)
        if found or (structured and reading is Reading.SECTIONS):
            return description, found
    return doc, {}
