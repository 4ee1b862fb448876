"""What the evaluator shows while a tool's handler runs, kept as effects and as places where following ended."""

import re
from dataclasses import dataclass, replace
from typing import Any

from crawler.effects.jsopaque import CALLER, opaque
from crawler.effects.jsreads import composes, read_call
from crawler.effects.jstable import modules
from crawler.effects.shared import EFFECTS, keeps_own, tidy
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.evaluate import UNHANDLED, CallSite, Evaluator
from crawler.extractors.typescript.execute import branches
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.node import real
from crawler.extractors.typescript.sdk import Registrations
from crawler.extractors.typescript.values import Cls, Fn, Guarded, Native, Obj, Unknown, known, likely, options
from mcp_catalogue.model import Condition, Cut, CutReason, Effect, EffectId, Handler, Mark

_READS = frozenset({"readFileSync", "readFile", "readdirSync", "readdir"})
_VIA = 8
_SEEN = 1_000
_UPKEEP = ("cleanup", "sweep", "expire", "evict", "prune", "rotate", "legacy", "migrat", "staging", "stale")
_SCRATCH = re.compile(r"^(?:file://)?/(?:tmp|var/tmp|var/folders)/|^\{tmp\}")
_OWN = re.compile(r"^~/(?:\.|Library/|AppData/)|^/@/")
_KEPT = re.compile(
    r"config|setting|token|credential|cache|\blog|[-_.]logs?\b|journal|history|session|state|\block|usage|telemetry"
    r"|analytics|preference|oauth|auth|feature.?flag|version|client.?id|device.?id",
    re.IGNORECASE,
)
_LISTENERS = frozenset({"on", "once", "addListener", "addEventListener", "setTimeout", "setInterval", "forEach",
                        "map", "filter", "sort", "find", "some", "every", "reduce", "catch", "finally"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Seen:
    """One thing that was seen, with the functions that led to it, outermost first."""

    what: Effect | Cut
    chain: tuple[Fn, ...]


class Watcher:
    """Told of every call; keeps those that the table knows, and those that could be anything."""

    def __init__(self, found: Registrations, ev: Evaluator) -> None:
        self._found = found
        self._ev = ev
        self._seen: list[_Seen] = []
        self._table = modules()
        self._copies: dict[int, tuple[Cls, str | None]] = {}

    # What a sink is asked and told; nothing is registered here.

    def foreign(self, cls: Cls) -> bool:
        """Whether a class is a copy of an SDK's own."""
        return self._found.foreign(cls)

    def count(self) -> int:
        """Nothing is registered here."""
        return 0

    def cut_short(self, file: str, line: int, turns: int) -> None:
        """Nothing is registered here."""

    def interesting(self, function: Fn) -> bool:  # noqa: ARG002
        """Every callback may do something."""
        return True

    def intercept(self, site: CallSite) -> Any:  # noqa: ANN401
        """Look at one call, and let it be evaluated unless what it gives is known here."""
        if isinstance(site.callee, Fn) and site.callee.home is not None:
            module = self._copied(site.callee.home)
            if module is not None:
                return self._bundled(module, site.callee.home, site)
        for callee, _ in options(site.callee):
            value = callee.value if isinstance(callee, Guarded) else callee
            if isinstance(value, Native) and value.name in _READS and (not site.args or real(site.args[0]) is None):
                value = Unknown("external", spec="fs", path=value.name)  # the package's own files apart
            if isinstance(value, Unknown) and len(self._seen) < _SEEN:
                self._look(value, site)
        if site.name == "isArray" and site.args and isinstance(site.args[0], Unknown):
            return Unknown("argument", spec=CALLER)  # a check of what is not known can come out either way
        if site.name == "createTransport" and site.args and composes(likely(site.args[0])):
            return Unknown("external", "composer", spec=CALLER)
        outside = [v.value if isinstance(v, Guarded) else v for v, _ in options(site.callee)]
        if outside and all(isinstance(v, Unknown) for v in outside):
            return self._handed(outside[0], site)
        return UNHANDLED

    def _copied(self, cls: Cls) -> str | None:
        """The package of which a class inside a bundle is a copy."""
        key = id(cls.node)
        if key not in self._copies:
            self._copies[key] = (cls, self._table.copied(cls.methods.keys()))
        return self._copies[key][1]

    def _bundled(self, module: str, cls: Cls, site: CallSite) -> Any:  # noqa: ANN401
        callee = Unknown("external", f"{cls.name}.{site.name}", spec=module, path=f"new {cls.name}.{site.name}")
        self._look(callee, site)
        found = self._handed(callee, site)
        made = Unknown("run-time", f"{callee.text}(…)", spec=module, path=f"{callee.path}()")
        return made if found is UNHANDLED else found

    def _handed(self, callee: Unknown, site: CallSite) -> Any:  # noqa: ANN401
        """What a call gives that only runs the function handed to it: `p.then(f)`, `queue.add(f)`, `span(name, f)`."""
        functions = [arg for arg in site.args if isinstance(arg, Fn)]
        if not functions or site.name == "new":
            return UNHANDLED
        given = site.receiver if site.name == "then" else Unknown("argument", spec=callee.spec, path=f"{callee.path}()")
        results = [self._perhaps(f, given, site) for f in functions]
        if site.name in _LISTENERS:
            return Unknown("run-time", f"{callee.text}(…)"[:160], spec=callee.spec, path=f"{callee.path}()")
        found = results[0 if site.name == "then" else -1]
        worth = isinstance(found, Obj | Fn) or (isinstance(found, Unknown) and found.spec is not None)
        return found if worth or not known(found) else Unknown("run-time", f"{callee.text}(…)"[:160])

    def _perhaps(self, function: Fn, given: Any, site: CallSite) -> Any:  # noqa: ANN401
        """Run a function that may be called later, or never: what it changes may be so or not."""
        results: list[Any] = [UNDEFINED]
        args = [given for _ in function.node.body().params]

        def work() -> None:
            results.append(call(self._ev, function, function.this, args))

        guard = Condition(kind="mode", expression="callback", default_on=None, file=site.module.path, line=site.line)
        branches(self._ev, [(guard, work), (None, lambda: None)])
        return results[-1]

    # What was seen.

    def mark(self) -> tuple[int, int]:
        """Return how much was seen so far, and at what depth."""
        return len(self._seen), len(self._ev.stack)

    def since(self, mark: tuple[int, int]) -> list[_Seen]:
        """Return what was seen since `mark`, each once, with the chain from there on."""
        start, depth = mark
        kept = {(one.what, one.chain[depth : depth + 2]): one for one in reversed(self._seen[start:])}
        return [replace(one, chain=one.chain[depth:]) for one in reversed(kept.values())]

    def nothing_new(self, start: int) -> bool:
        """Whether something was seen since then, and all of it before as well."""
        new = {one.what for one in self._seen[start:]}
        return bool(new) and new <= {one.what for one in self._seen[:start]}

    def again(self, seen: list[_Seen]) -> None:
        """Note once more what was seen in an earlier run."""
        before = tuple(self._ev.stack)
        if len(self._seen) < _SEEN:
            self._seen.extend(replace(one, chain=(*before, *one.chain)) for one in seen)

    def ended(self, reason: CutReason, detail: str = "", place: tuple[str, int] | None = None) -> None:
        """Note that following ended for a reason that is no call."""
        file, line = place or (None, None)
        self._seen.append(_Seen(Cut(reason=reason, detail=detail, file=file, line=line), tuple(self._ev.stack)))

    @property
    def any(self) -> bool:
        """Whether an effect was seen since the last time."""
        return any(isinstance(one.what, Effect) for one in self._seen)

    def take(self) -> tuple[tuple[Effect, ...], tuple[Cut, ...]]:
        """Return what was seen since the last time."""
        effects: dict[tuple[str, str | None, str, int], Effect] = {}
        for one in self._seen:
            if isinstance(one.what, Effect):
                place = (one.what.id, one.what.target, one.what.file, one.what.line)
                effects.setdefault(place, _with_chain(one.what, one))
        cuts = [one.what for one in self._seen if isinstance(one.what, Cut)]
        if len(effects) > EFFECTS:
            cuts.append(Cut(reason=CutReason.BUDGET, detail="effects"))
        self._seen.clear()
        found = sorted(list(effects.values())[:EFFECTS], key=lambda e: (e.file, e.line, e.id, e.target or ""))
        return tuple(found), tidy(cuts)

    def branch(self) -> Handler | None:
        """The one own function, called straight from what was run, in which every effect was seen."""
        seconds = [one.chain[1] if len(one.chain) > 1 else None for one in self._seen if isinstance(one.what, Effect)]
        nodes = {id(f.node) if f is not None else 0 for f in seconds}
        return span(seconds[0]) if len(nodes) == 1 else None

    def _look(self, callee: Unknown, site: CallSite) -> None:
        path = path_of(callee, constructed=site.name == "new")
        entry = self._table.find(callee.spec or "global", path) if path else None
        if entry is None or (callee.spec is None and len(path) > len(entry.parts)):
            cut = opaque(callee, site)
            if cut is not None:
                self._seen.append(_Seen(cut, tuple(self._ev.stack)))
            return
        for id_, target in read_call(entry, path, site.args):
            effect = Effect(id=EffectId(id_), target=target, file=site.module.path, line=site.line)
            self._seen.append(_Seen(effect, tuple(self._ev.stack)))


def span(function: Any) -> Handler | None:  # noqa: ANN401
    """Return where a function stands."""
    if not isinstance(function, Fn):
        return None
    return Handler(file=function.scope.module.path, start=function.node.line, end=function.node.end_line)


def _with_chain(effect: Effect, one: _Seen) -> Effect:
    names = tuple(f.node.name for f in one.chain[1:] if f.node.name)[-_VIA:]
    mark = _mark(effect, names)
    return replace(effect, via=names if mark is None else (mark, *names))


def _mark(effect: Effect, names: tuple[str, ...]) -> Mark | None:
    """Tell what the server keeps for itself, and scratch files, from what a tool is for."""
    if keeps_own(effect.id, effect.target, names):
        return Mark.OWN
    if not effect.id.startswith("file."):
        return None
    target = effect.target or ""
    if _SCRATCH.match(target):
        return Mark.TEMPORARY
    upkeep = any(word in name.lower() for name in names for word in _UPKEEP)
    if effect.id in ("file.delete", "file.move") and upkeep:
        return Mark.TEMPORARY
    return Mark.OWN if _OWN.match(target) and _KEPT.search(target) else None


def path_of(callee: Unknown, *, constructed: bool) -> tuple[str, ...]:
    """The access path from the module: `new S3Client.send` → (`new S3Client`, `send`)."""
    text = callee.path if callee.spec is not None else callee.text
    parts = [part for part in re.split(r"\.(?![^(]*\))", text.replace("(…)", "()")) if part not in ("", "default", "*")]
    if callee.spec is not None and (not parts or parts[0].startswith("()")):
        parts = ["default" + parts[0], *parts[1:]] if parts else ["default()"]
        if parts == ["default"]:
            parts = ["default()"]
    if constructed and parts:
        parts[-1] = f"new {parts[-1]}"
    return tuple(part.replace("()()", "()") for part in parts)
