"""What each SDK makes of a docstring.

The official SDK takes `__doc__` as it stands. FastMCP cleans it, and from 3.3 keeps only the text before the first
structured section (`Args:`, `Returns:`, …), which it finds with griffe: so do we.
"""

import inspect
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

_SPLITTING_SINCE = Version("3.3")
_STYLES = ("google", "numpy", "sphinx")
# Headings that griffe reads as admonitions and FastMCP counts as structure.
_ADMONITIONS = frozenset(
    {
        "attention", "caution", "danger", "error", "example", "hint", "important", "note", "notes", "raise",
        "references", "return", "see-also", "tip", "todo", "warning", "yield",
    }
)  # fmt: skip
_MAX_DOCSTRING = 100_000


def splits_sections(requirement: str | None) -> bool:
    """Tell whether the newest FastMCP that `requirement` allows splits docstrings at sections."""
    if not requirement:
        return True
    try:
        specifiers = SpecifierSet(requirement)
    except InvalidSpecifier:
        return True
    for one in specifiers:
        text = one.version.removesuffix(".*")
        try:
            version = Version(text)
        except ValueError:
            continue
        if one.operator in ("==", "===", "<=") and version < _SPLITTING_SINCE:
            return False
        if one.operator == "<" and version <= _SPLITTING_SINCE:
            return False
        if one.operator == "~=" and (version.major < _SPLITTING_SINCE.major or (len(version.release) > 2 and version < _SPLITTING_SINCE)):
            return False
    return True


def description_of(doc: str | None, sdk: str, *, split: bool) -> tuple[str | None, dict[str, str]]:
    """Return the description and the parameters' own descriptions that the SDK takes from a docstring."""
    if not doc:
        return None, {}
    if sdk == "official":
        return doc, {}
    cleaned = inspect.cleandoc(doc)
    return _sections(cleaned[:_MAX_DOCSTRING]) if split else (cleaned, {})


@lru_cache(maxsize=4096)
def _sections(doc: str) -> tuple[str | None, dict[str, str]]:
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
            elif kind is DocstringSectionKind.admonition:
                structured = structured or section.value.kind in _ADMONITIONS
            else:
                structured = True
                if kind is DocstringSectionKind.parameters:
                    found.update((p.name, p.description) for p in section.value)
        if structured:
            return description, found
    return doc, {}
