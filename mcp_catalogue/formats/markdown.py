"""The list for a pull request: a table per server, in Markdown that shows hostile text as text."""

import re
from collections.abc import Iterable, Iterator

from mcp_catalogue.formats.order import LabelledTool, riskiest_first, summary
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.policy.words import shown

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$>-])")


def markdown(records: Iterable[ServerRecord]) -> str:
    """Return the servers as Markdown, tools riskiest first."""
    return "\n".join(line for record in records for line in _server(record))


def text(words: str) -> str:
    """Return words as Markdown text: no markup, no HTML, no link, no mention of a person or an issue."""
    plain = shown(" ".join(words.split()), limit=400)
    plain = _SPECIAL.sub(r"\\\1", plain).replace("&", "&amp;").replace("<", "&lt;")
    return plain.replace("@", "&#64;").replace("://", ":&#47;/").replace("\\#", "&#35;").replace("www.", "www&#46;")


def code(words: str) -> str:
    """Return words as a code span that fits into a table."""
    plain = shown(" ".join(words.split()), limit=120).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    space = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{space}{plain}{space}{ticks}" if plain else "(no name)"


def _server(record: ServerRecord) -> Iterator[str]:
    yield f"### {code(record.facts.id)}"
    yield ""
    yield text(summary(record))
    yield ""
    items = riskiest_first(record)
    if items:
        yield "| Severity | Category | Confidence | Tool | Where | Why |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from (_row(item) for item in items)
        yield ""


def _row(item: LabelledTool) -> str:
    label = item.label
    where = code(item.place) if item.place else ""
    cells = (label.severity, item.categories, label.confidence, code(item.tool.name), where, text(label.rationale))
    return f"| {' | '.join(cells)} |"
