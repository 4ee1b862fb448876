"""Parameters that choose an operation: one label per value, the tool the worst of them."""

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from classifier.names import read_name
from classifier.phrases import Phrase, classify_noun
from classifier.reading import Reading
from classifier.rulebook import Rule, Rulebook
from classifier.schema import SURE_ACTION_NAMES, Parameter
from classifier.words import Lexicon
from mcp_catalogue.model import BASE_SEVERITY, Category, Evidence, EvidenceKind, Operation, Strength

_QUOTED = re.compile(r"""["'`“‘]([a-z][a-z0-9_-]{1,40})["'`”’]""", re.IGNORECASE)
_HTTP = {
    "get": Category.READ, "head": Category.READ, "options": Category.READ, "post": Category.EXECUTE,
    "put": Category.EXECUTE, "patch": Category.EXECUTE, "delete": Category.DESTRUCTIVE,
}  # fmt: skip
_FIELDS = frozenset({"type", "action", "operation", "operations", "id", "name", "value", "key", "params", "data"})
_TO_DO = re.compile(r"\bto (?:perform|execute|do|run|carry out|apply|take)\b|\bwhat to do\b", re.IGNORECASE)
_NARROWS = re.compile(r"^\W*(?:filter|scope|restrict|narrow|limit)(?:s|ed)?\b", re.IGNORECASE)  # "Filters by …"
MAX_VALUES = 100
_LOOSE = frozenset({"write", "edit", "modify", "update", "change"})  # a name with these says no more than "manage"
_WHETHER = frozenset({"whether", "if"})  # "checks whether the user may …"
_ARITHMETIC = frozenset({"subtract", "multiply", "divide", "modulo", "power", "sqrt"})  # beside these "add" is a sum
_SAYS_CHOICE = frozenset({"action", "actions", "operation", "operations", "ops", "control", "tool"})
_PUTS = frozenset({"add", "set", "attach", "assign", "apply", "link", "put"})


def find(reading: Reading, book: Rulebook, lexicon: Lexicon) -> tuple[Operation, ...]:
    """Return the labelled values of every operation parameter, and add their claims and evidence to `reading`."""
    result: list[Operation] = []
    for parameter in reading.parameters:
        if parameter.depth > 1 or not parameter.action_like:
            continue
        values, pointer, stated = _values(parameter, reading)
        if not values or len(_ARITHMETIC.intersection([v.lower() for v in values])) > 1:
            continue
        pair = any(v.lower() in _PUTS for v in values)
        labelled = [(v, i, _label(v, reading, book, lexicon, pair=pair)) for i, v in enumerate(values[:MAX_VALUES])]
        known = [(v, i, rule, phrase) for v, i, found in labelled if found is not None for rule, phrase in [found]]
        if not known or _is_http(values) or _asks_about(parameter, known, reading):
            continue
        if parameter.name.lower() not in SURE_ACTION_NAMES and not _clearly_operations(values, known, reading):
            continue
        for value, index, rule, phrase in known:
            assert rule.category is not None  # noqa: S101  rule_for gives category rules only
            result.append(
                Operation(
                    parameter=parameter.name, value=value, primary=rule.category, severity=BASE_SEVERITY[rule.category]
                )
            )
            at = f"{pointer}/{index}" if pointer.endswith("/enum") else pointer
            strength = Strength.STRONG if phrase.sure and stated else Strength.MEDIUM
            evidence = Evidence(
                kind=EvidenceKind.PARAMETER if pointer != "/description" else EvidenceKind.DESCRIPTION,
                rule=rule.id, category=rule.category, strength=strength, quote=value, pointer=at,
            )  # fmt: skip
            reading.claim("operation", rule, 5, phrase, evidence)
    return tuple(dict.fromkeys(result))


def _values(parameter: Parameter, reading: Reading) -> tuple[Sequence[str], str, bool]:
    """Return the values, the pointer they stand at, and whether the schema itself lists them."""
    if parameter.values:
        return parameter.values, parameter.values_pointer, True
    if parameter.type not in {"string", "", "array"} or parameter.name.lower() not in SURE_ACTION_NAMES:
        return (), "", False
    if found := [v for v in _QUOTED.findall(parameter.description[:1500]) if v.lower() not in _FIELDS]:
        return tuple(dict.fromkeys(found)), f"{parameter.pointer}/description", False
    text = reading.tool.description or ""
    start = re.search(rf"\b{re.escape(parameter.name)}\b\s*(?:\([^)\n]{{0,60}}\))?\s*[:=\-–]", text[:20_000])
    if start:
        line = text[start.end() : start.end() + 400].split("\n\n")[0]
        if found := _QUOTED.findall(line):
            return tuple(dict.fromkeys(found)), "/description", False
    return (), "", False


def _clearly_operations(
    values: Sequence[str], known: Sequence[tuple[str, int, Rule, Phrase]], reading: Reading
) -> bool:
    """Tell a choice of operations from a choice of states or kinds under a name such as `type` or `mode`."""
    settled = any(p.sure and p.action != "manage" and p.base not in _LOOSE for p in reading.name.phrases)
    verbs = [phrase for _, _, _, phrase in known if phrase.sure]
    return not settled and len(verbs) >= 2 and len(verbs) * 3 >= len(values) * 2


def _asks_about(parameter: Parameter, known: Sequence[tuple[str, int, Rule, Phrase]], reading: Reading) -> bool:
    """Tell an operation that a reading tool is asked about ("may she delete it?") from one that it carries out.

    Name and clause must both read. A value that is itself a way to ask ("list" beside "delete") makes it a choice of
    operations all the same, and so do words such as "the action to perform"; "read" alone is a right as well.
    """
    if reading.clause.phrases and not _WHETHER.isdisjoint(reading.clause.phrases[0].words[:1]):
        return True
    claims = [c for c in reading.claims if c.source in {"name", "clause"} and c.sure]
    if {c.source for c in claims} != {"name", "clause"} or any(c.category is not Category.READ for c in claims):
        return False
    if _NARROWS.search(parameter.description):
        return True
    own = {p.base for p in reading.spoken}
    reads = (p.base for _, _, rule, p in known if rule.category is Category.READ and p.action)
    return not _TO_DO.search(parameter.description[:1500]) and all(b == "read" and b not in own for b in reads)


def _is_http(values: Iterable[str]) -> bool:
    lowered = {v.lower() for v in values}
    return len(lowered & _HTTP.keys()) >= 2 and lowered <= _HTTP.keys() | {"trace", "connect"}


def _label(value: str, reading: Reading, book: Rulebook, lexicon: Lexicon, *, pair: bool) -> tuple[Rule, Phrase] | None:
    """Read a value as a name of its own; an object it does not name is the tool's."""
    read = read_name(value, frozenset(), lexicon)
    subjects = reading.context.subjects
    best: tuple[Rule, Phrase] | None = None
    for phrase in read.phrases:
        if phrase.action == "remove" and pair:
            phrase = replace(phrase, origin="it")  # noqa: PLW2901  can be put on and taken off
        whole = phrase if phrase.noun else _with_object(phrase, reading, lexicon)
        found = book.rule_for(whole, subjects)
        if found is not None and (best is None or _rank(found[0]) > _rank(best[0])):
            best = found[0], whole
    if best is None and read.information:
        rule = next((r for r, w in book.tables.informing if w.information == "name"), None)
        return (rule, Phrase("retrieve", value)) if rule is not None else None
    return best


def _with_object(phrase: Phrase, reading: Reading, lexicon: Lexicon) -> Phrase:
    others = (*reading.name.phrases, *reading.clause.phrases)
    words = tuple([t for t in reading.name.tokens if t not in reading.context.prefix and t not in _SAYS_CHOICE])
    if not reading.name.phrases and words and words[-1] in lexicon.nouns:  # `order`, with an action
        others = ()
    for other in others:
        if other.classes or other.noun:
            return replace(phrase, noun=other.noun, classes=other.classes, nearby=other.nearby, words=other.words)
    classes, nearby = classify_noun(words, lexicon.nouns, lexicon.longest) if words else (phrase.classes, phrase.nearby)
    return replace(phrase, noun=" ".join(words), classes=classes, nearby=nearby, words=words)


def _rank(rule: Rule) -> int:
    return rule.category.rank if rule.category is not None else -1
