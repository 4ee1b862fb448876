"""The last steps of a tool's way out of extraction: bounds, digest, language, variants, order."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from crawler.definition import clean_tool
from crawler.language import language_of
from crawler.tree import SourceTree
from mcp_catalogue.model import Origin, Tool

MAX_LINE = 200
"""Bytes of a source line that is quoted; a longer one belongs to a minified file."""
_BUILT = re.compile(r"(?:^|/)(?:dist|build|lib|out|esm|cjs|bundle|es|umd)(?:/|$)")


def finish_tools(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    """Add digest, language and variant; drop exact repeats; order by file and line.

    Two different tools of one name get variants 1, 2 … by file and line. Of the same definition found twice
    the first place stays; a build's copy of a tool gives way to its source.
    """
    by_name: dict[str, dict[str, Tool]] = defaultdict(dict)
    for tool in sorted(tools, key=_place):
        done = replace(clean_tool(tool), description_language=language_of(tool.description), variant=None)
        by_name[done.name].setdefault(done.digest, done)
    result = [
        replace(tool, variant=number if len(group) > 1 else None)
        for group in map(_sources, by_name.values())
        for number, tool in enumerate(group, 1)
    ]
    return tuple(sorted(result, key=_place))


def _sources(group: dict[str, Tool]) -> list[Tool]:
    """Drop built copies where the source of a tool was read too, and the second of two builds."""
    tools = list(group.values())
    if len(tools) == 1:
        return tools
    written = [
        t for t in tools if t.location is None or not _BUILT.search(t.location.file) or t.origin is not Origin.CODE
    ]
    if written:
        return written
    first = _BUILT.search(tools[0].location.file) if tools[0].location is not None else None
    top = first.group(0) if first is not None else ""
    return [t for t in tools if t.location is not None and top in t.location.file] or tools


def _place(tool: Tool) -> tuple[str, int, str]:
    where = tool.location
    return (where.file if where else "", where.line if where else 0, tool.name)


def with_lines(tools: Iterable[Tool], tree: SourceTree) -> Iterator[Tool]:
    """Yield the tools with the source lines of their effects, as far as the tree holds the files."""
    files: dict[str, list[bytes]] = {}
    for tool in tools:
        if not tool.effects:
            yield tool
            continue
        for effect in tool.effects:
            if effect.file not in files:
                files[effect.file] = (tree.read(effect.file) or b"").splitlines()
        yield replace(tool, effect_lines=tuple(_line(files[e.file], e.line) for e in tool.effects))


def _line(lines: list[bytes], number: int) -> str:
    """Return one line without the white space around it, or nothing where it is too long to be shown whole."""
    found = lines[number - 1].strip() if 0 < number <= len(lines) else b""
    return found.decode("utf-8", "replace") if len(found) <= MAX_LINE else ""
