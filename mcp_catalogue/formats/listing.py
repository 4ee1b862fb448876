"""The list for a terminal or a pipe: one line per tool, riskiest first."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from mcp_catalogue.formats.order import riskiest_first, summary
from mcp_catalogue.model import ServerRecord, Severity
from mcp_catalogue.policy.words import shown

_STYLE = {Severity.LOW: "green", Severity.MEDIUM: "yellow", Severity.HIGH: "red", Severity.CRITICAL: "bold red"}
_GAP = "  "


def listing(record: ServerRecord, width: int | None = None) -> Iterator[Text]:
    """Yield the lines for one server: severity, categories, confidence, name, place, reason.

    With `width` (columns of a terminal) each line is cut to it; without, lines are as long as they are.
    """
    facts = record.facts
    yield _line(Text(f"{shown(facts.id)} {shown(facts.version or '')}".rstrip(), style="bold"), width)
    yield _line(Text(summary(record), style="dim"), width)
    items = riskiest_first(record)
    cells = [
        (
            i.label.severity,
            i.categories,
            i.label.confidence,
            shown(i.tool.name),
            shown(i.place),
            _reason(i.label.rationale),
        )
        for i in items
    ]
    widths = [max((cell_len(row[column]) for row in cells), default=0) for column in range(5)]
    for row in cells:
        line = Text()
        line.append(_pad(row[0], widths[0]), style=_STYLE[row[0]])
        for column in (1, 2, 3, 4):
            line.append(_GAP + _pad(row[column], widths[column]), style="bold" if column == 3 else "")
        line.append(_GAP + row[5], style="dim")
        line.rstrip()
        yield _line(line, width)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _line(line: Text, width: int | None) -> Text:
    if width is not None:
        line.truncate(width, overflow="ellipsis")
    return line


def _reason(rationale: str) -> str:
    return shown(" ".join(rationale.split()), limit=400)
