"""Score what the extractors read against recordings of what the servers answer."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from mcp_catalogue.evaluate.recordings import Recording
from mcp_catalogue.model import Origin, ServerFacts, Status, Tool

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
CAP = 40
"""At most so many tools of one server count in the capped figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one server, or sums over several."""

    servers: int = 0
    recorded: int = 0
    found: int = 0
    extracted: int = 0
    wrong: int = 0  # extracted, not recorded, no located condition; recordings from a README left out
    conditional: int = 0  # extracted, not recorded, under a located condition
    judged: int = 0  # extracted, of recordings that can tell a wrong one
    described: int = 0  # found, with a description to compare
    description: int = 0
    with_schema: int = 0
    parameters: int = 0
    required: int = 0
    annotated: int = 0
    annotations: int = 0
    in_code: int = 0
    located: int = 0
    unresolved: int = 0
    silent: int = 0
    false_complete: int = 0
    cpu_ms: float = 0.0  # without what follows handlers
    effects_ms: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One recording's score; `error` says why nothing was read, `measured` is False where no source is at hand."""

    recording: Recording
    measured: bool
    error: str | None
    tally: Tally
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    differing: Mapping[str, tuple[str, ...]] | None = None


def folded(text: object) -> str:
    """Return `text` with white space folded; empty for anything but a string."""
    return re.sub(r"\s+", " ", text).strip() if isinstance(text, str) else ""


def score(
    recording: Recording,
    servers: Sequence[ServerFacts],
    read: Mapping[str, bytes],
    *,
    cpu_ms: float,
    effects_ms: float = 0.0,
) -> Scored:
    """Score the servers found in one source; `read` gives the source's files for the check of locations.

    `cpu_ms` is all that extraction took, `effects_ms` the part of it that followed handlers.
    """
    found: dict[str, Tool] = {}
    for server in servers:
        for tool in server.tools:
            found.setdefault(tool.name, tool)
    hits = {name: found[name] for name in recording.tools if name in found}
    missing = tuple(sorted(set(recording.tools) - set(found)))
    extra = sorted(set(found) - set(recording.tools))
    wrong = () if recording.names_only else tuple(name for name in extra if found[name].condition is None)
    differing = {
        name: tuple(reasons) for name, tool in hits.items() if (reasons := _differences(recording.tools[name], tool))
    }
    if recording.names_only:
        differing = {}
    schemas = [n for n, t in hits.items() if _comparable(recording.tools[n], t) and not recording.names_only]
    annotated = [
        n for n, t in hits.items() if (_hints(recording.tools[n]) or _own_hints(t)) and not recording.names_only
    ]
    in_code = [tool for tool in hits.values() if tool.origin is Origin.CODE]
    tally = Tally(
        servers=1,
        recorded=len(recording.tools),
        found=len(hits),
        extracted=len(found),
        wrong=len(wrong),
        conditional=0 if recording.names_only else len(extra) - len(wrong),
        judged=0 if recording.names_only else len(found),
        described=0 if recording.names_only else len(hits),
        description=0 if recording.names_only else _agree(hits, differing, "description"),
        with_schema=len(schemas),
        parameters=_agree(schemas, differing, "parameters"),
        required=_agree(schemas, differing, "required"),
        annotated=len(annotated),
        annotations=_agree(annotated, differing, "annotations"),
        in_code=len(in_code),
        located=sum(_located(tool, read) for tool in in_code),
        unresolved=sum(len(s.completeness.unresolved) for s in servers),
        silent=_silent(len(missing), len(recording.tools), servers),
        false_complete=sum(not s.tools and s.completeness.status is Status.COMPLETE for s in servers),
        cpu_ms=cpu_ms - effects_ms,
        effects_ms=effects_ms,
    )
    return Scored(
        recording=recording, measured=True, error=None, tally=tally, missing=missing, extra=wrong, differing=differing
    )


def failed(recording: Recording, error: str) -> Scored:
    """A server that could not be read: all of its tools missed, and silently."""
    count = len(recording.tools)
    return Scored(
        recording=recording,
        measured=True,
        error=error,
        tally=Tally(servers=1, recorded=count, silent=count),
        missing=tuple(sorted(recording.tools)),
    )


def not_measured(recording: Recording, reason: str) -> Scored:
    """A server whose source is not at hand."""
    return Scored(recording=recording, measured=False, error=reason, tally=Tally())


def capped_recall(scored: Iterable[Scored]) -> float | None:
    """Recall pooled with at most `CAP` tools of each server, its own recall kept."""
    weights = [(min(CAP, s.tally.recorded), s.tally.found / s.tally.recorded) for s in scored if s.tally.recorded]
    total = sum(weight for weight, _ in weights)
    return sum(weight * recall for weight, recall in weights) / total if total else None


def grouped(scored: Sequence[Scored]) -> dict[str, Tally]:
    """Sums over all, by where the code is, by language and by SDK; key `all`, `code in package`, `language …`."""
    groups: dict[str, Tally] = defaultdict(Tally)
    for one in scored:
        recording = one.recording
        keys = ["all", f"language {recording.language}", f"sdk {recording.sdk}"]
        if recording.code_published:
            keys.insert(1, "code in package")
        for key in keys:
            groups[key] += one.tally
    return dict(groups)


def _agree(names: Iterable[str], differing: Mapping[str, tuple[str, ...]], what: str) -> int:
    return sum(what not in differing.get(name, ()) for name in names)


def _differences(recorded: Mapping[str, Any], tool: Tool) -> list[str]:
    result = []
    if folded(recorded.get("description")) != folded(tool.description):
        result.append("description")
    theirs, ours = recorded.get("inputSchema") or {}, tool.input_schema or {}
    if set(theirs.get("properties") or {}) != set(ours.get("properties") or {}):
        result.append("parameters")
    if set(theirs.get("required") or ()) != set(ours.get("required") or ()):
        result.append("required")
    if _hints(recorded) != _own_hints(tool):
        result.append("annotations")
    return result


def _comparable(recorded: Mapping[str, Any], tool: Tool) -> bool:
    theirs = recorded.get("inputSchema")
    return isinstance(theirs, dict) and "_note" not in theirs and tool.input_schema is not None


def _hints(recorded: Mapping[str, Any]) -> dict[str, bool]:
    return {k: v for k, v in (recorded.get("annotations") or {}).items() if k in HINTS and v is not None}


def _own_hints(tool: Tool) -> dict[str, bool]:
    return {k: v for k in HINTS if (v := getattr(tool.annotations, k)) is not None}


def _silent(missing: int, recorded: int, servers: Sequence[ServerFacts]) -> int:
    """Count the missed tools that nothing in the output excuses.

    An unresolved entry excuses what it covers, or one tool where that is unknown; `may_have_more` excuses
    what is left where at most a fifth of the tools is missing.
    """
    covered = sum(1 if u.covers is None else u.covers for s in servers for u in s.completeness.unresolved)
    left = max(0, missing - covered)
    excused = any(s.completeness.may_have_more for s in servers) and missing * 5 <= recorded
    return 0 if excused else left


def _located(tool: Tool, read: Mapping[str, bytes]) -> bool:
    """Tell whether the tool's line, or the function or class that it opens, gives its name."""
    where = tool.location
    data = read.get(where.file) if where else None
    if where is None or data is None:
        return False
    lines = data.decode("utf-8", "replace").split("\n")
    if not 1 <= where.line <= len(lines):
        return False
    end = where.line
    if tool.handler and tool.handler.file == where.file and where.line <= tool.handler.end <= where.line + 400:
        end = tool.handler.end
    text = _plain("\n".join(lines[where.line - 1 : end]))
    return any(part in text for part in _suffixes(tool.name))


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-z\x80-\U0010ffff]", "", text.lower())


def _suffixes(name: str) -> list[str]:
    """The name, and what is left of it after each prefix that a mount or a namespace may have added."""
    parts = re.split(r"[^0-9A-Za-z\x80-\U0010ffff]+", name)
    return [p for i in range(len(parts)) if len(p := _plain("".join(parts[i:]))) >= min(3, len(name))]
