"""Score the effects read from handlers against a sample whose handlers a person has read.

A reviewed file is JSON Lines: `target` (an exact version or commit), `tool`, `effects` (ids that are really there)
and `uncertain` (ids that careful readers could go either way about: neither missed nor invented). What is
incidental (sign-in, caches, logs, telemetry, temporary files) is left out of `effects`. A found effect that carries
such a mark counts where the sample names its id, and is no invention where the sample does not.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mcp_catalogue.errors import DataError
from mcp_catalogue.evaluate.labels import Share
from mcp_catalogue.evaluate.recordings import Recording
from mcp_catalogue.model import CutReason, Mark, Origin, ServerFacts, Tool

GUARDS = "guard."
"""How the ids begin of what is no effect, but keeps one from happening."""


class Reviewed(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One line of a reviewed file."""

    target: str
    tool: str
    effects: list[str]
    uncertain: list[str] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One reviewed tool beside what was read; `found` is None where extraction did not give the tool."""

    row: Reviewed
    language: str
    found: Tool | None

    @property
    def right(self) -> frozenset[str]:
        """Ids that are there and were read, marked or not."""
        return frozenset(self.row.effects) & self._ids(marked=True)

    @property
    def missed(self) -> frozenset[str]:
        """Ids that are there and were not read."""
        return frozenset(self.row.effects) - self.right

    @property
    def invented(self) -> frozenset[str]:
        """Ids that were read without a mark and are not there."""
        return self._ids(marked=False) - {*self.row.effects, *self.row.uncertain}

    def _ids(self, *, marked: bool) -> frozenset[str]:
        effects = self.found.effects if self.found is not None else ()
        seen = (e for e in effects if not e.id.startswith(GUARDS))
        return frozenset(e.id for e in seen if marked or not set(Mark) & set(e.via[:1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectFigures:
    """Sums over the reviewed tools that extraction gave; `absent` counts those it did not.

    `precision` and `recall` are over (tool, id); `located` is of tools, `followed` of tools with at least one
    effect, `settled` adds those that were followed whole and do nothing.
    """

    tools: int
    absent: int
    precision: Share
    recall: Share
    located: Share
    followed: Share
    settled: Share


def read_reviewed(path: Path) -> tuple[Reviewed, ...]:
    """Read a reviewed file. Raises `DataError` where a line is wrong, named twice, or there is none."""
    rows = []
    seen = set()
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            row = msgspec.json.decode(line, type=Reviewed)
        except msgspec.DecodeError as error:
            raise DataError(f"{path}:{number}: {error}") from error
        if (row.target, row.tool) in seen:
            raise DataError(f"{path}:{number}: {row.target} {row.tool} is there twice; keep one line")
        seen.add((row.target, row.tool))
        rows.append(row)
    if not rows:
        raise DataError(f"{path}: no reviewed tool; give one JSON object per line")
    return tuple(rows)


def check_effects(rows: Iterable[Reviewed], servers: Mapping[str, Iterable[ServerFacts]]) -> Iterator[Checked]:
    """Yield each row of a target in `servers` (what was read, by target) with the tool of its name."""
    for row in rows:
        if row.target not in servers:
            continue
        facts = list(servers[row.target])
        found = next((tool for server in facts for tool in server.tools if tool.name == row.tool), None)
        language = next((server.language for server in facts if server.language), "unknown")
        yield Checked(row=row, language=language, found=found)


def sum_effects(checked: Iterable[Checked]) -> EffectFigures:
    """Sum what was checked."""
    rows = list(checked)
    held = [(row, row.found) for row in rows if row.found is not None]
    right = sum(len(row.right) for row, _ in held)
    return EffectFigures(
        tools=len(held),
        absent=len(rows) - len(held),
        precision=Share(part=right, whole=right + sum(len(row.invented) for row, _ in held)),
        recall=Share(part=right, whole=sum(len(row.row.effects) for row, _ in held)),
        located=Share(part=sum(tool.handler is not None for _, tool in held), whole=len(held)),
        followed=Share(part=sum(bool(tool.effects) for _, tool in held), whole=len(held)),
        settled=Share(part=sum(settled(tool) for _, tool in held), whole=len(held)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far the handlers of recorded tools were followed: of those found in code, by what became of them.

    `cuts` counts the tools without an effect by each reason why their handler could not be followed; None stands for
    handlers of a kind that nothing follows.
    """

    tools: int
    located: Share
    followed: Share
    settled: Share
    cuts: Mapping[CutReason | None, int]


def reach(tools: Iterable[Tool]) -> Reach:
    """Sum what became of some tools' handlers."""
    held = [tool for tool in tools if tool.origin is Origin.CODE]
    cuts: Counter[CutReason | None] = Counter()
    for tool in held:
        if not settled(tool):
            cuts.update({None} if tool.cuts is None else {cut.reason for cut in tool.cuts})
    return Reach(
        tools=len(held),
        located=Share(part=sum(tool.handler is not None for tool in held), whole=len(held)),
        followed=Share(part=sum(bool(tool.effects) for tool in held), whole=len(held)),
        settled=Share(part=sum(settled(tool) for tool in held), whole=len(held)),
        cuts=dict(cuts.most_common()),
    )


def recorded(recording: Recording, read: Iterable[ServerFacts]) -> Iterator[Tool]:
    """Yield the tools of a recording that were read, each name once."""
    left = dict(recording.tools)
    for server in read:
        for tool in server.tools:
            if left.pop(tool.name, None) is not None:
                yield tool


def settled(tool: Tool) -> bool:
    """Tell whether a tool's handler was followed to an effect, or whole and to none."""
    return bool(tool.effects) or tool.cuts == ()


def by_language(checked: Iterable[Checked]) -> dict[str, EffectFigures]:
    """Sum what was checked, over all and by the server's language; the largest group first."""
    rows = list(checked)
    counts = Counter(row.language for row in rows)
    names = sorted(counts, key=lambda name: (-counts[name], name))
    return {"all": sum_effects(rows), **{n: sum_effects(r for r in rows if r.language == n) for n in names}}
