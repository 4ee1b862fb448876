"""How right the labels are: figures over a labelled set.

`strict` counts the primary alone, `lenient` also the acceptable ones. Critical recall is the share of tools labelled
Destructive or Financial, by readers who were sure, that get either; a false critical is a Read that gets one.
The split by servers shows whether the figures hang on a few of them: rules learn nothing from a set, but whoever
writes them may.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mcp_catalogue.evaluate.gold import GoldSet, Row
from mcp_catalogue.model import Category, Classification, Confidence, Severity

CRITICAL = frozenset({Category.DESTRUCTIVE, Category.FINANCIAL})
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One labelled tool with what the classifier says of it."""

    row: Row
    label: Classification

    @property
    def strict(self) -> bool:
        """Whether the primary is the labelled one."""
        return self.label.primary is self.row.primary

    @property
    def lenient(self) -> bool:
        """Whether the primary is the labelled one or an acceptable one."""
        return self.strict or self.label.primary in self.row.acceptable


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share between 0 and 1, None of nothing."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """Precision, recall and F1 of one category, None where there is nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None
    labelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of one set."""

    tools: int
    servers: int
    missing: int
    strict: Share
    lenient: Share
    critical_recall: Share
    false_critical: Share
    classes: Mapping[Category, ClassFigures]
    confusion: Mapping[Category, Mapping[Category, int]]
    confidence: Mapping[Confidence, Share]
    also: ClassFigures
    severity: Mapping[Severity, int]
    folds: tuple[Share, ...]
    rules: Mapping[str, Share]


def judge_rows(gold: GoldSet, labels: Mapping[str, Sequence[Classification]]) -> Iterator[Judged]:
    """Yield every row with its label; `labels` are in tool order, by server."""
    for server, facts in gold.servers.items():
        by_name = {t.name: c for t, c in zip(facts.tools, labels[server], strict=True)}
        for row in gold.rows:
            if row.server == server:
                yield Judged(row=row, label=by_name[row.tool])


def figures(gold: GoldSet, judged: Sequence[Judged]) -> Figures:
    """Return the figures of `judged`, the rows of `gold`."""
    sure_critical = [j for j in judged if j.row.primary in CRITICAL and j.row.sure]
    read = [j for j in judged if j.row.primary is Category.READ]
    return Figures(
        tools=len(judged),
        servers=len(gold.servers),
        missing=len(gold.missing),
        strict=_share(j.strict for j in judged),
        lenient=_share(j.lenient for j in judged),
        critical_recall=_share(j.label.primary in CRITICAL for j in sure_critical),
        false_critical=_share(j.label.primary in CRITICAL for j in read),
        classes={c: _class_figures(c, judged) for c in Category},
        confusion={
            c: {d: sum(j.row.primary is c and j.label.primary is d for j in judged) for d in Category} for c in Category
        },
        confidence={c: _share(j.strict for j in judged if j.label.confidence is c) for c in Confidence},
        also=_also_figures(judged),
        severity=severity_counts(j.label for j in judged),
        folds=tuple(_share(j.strict for j in judged if _fold(j.row.server) == f) for f in range(FOLDS)),
        rules=rule_shares(judged),
    )


def severity_counts(labels: Iterable[Classification]) -> dict[Severity, int]:
    """Count severities, every one present."""
    counts = Counter(label.severity for label in labels)
    return {s: counts[s] for s in Severity}


def rule_shares(judged: Iterable[Judged]) -> dict[str, Share]:
    """Return, by the rule that decided first, how often the label was right."""
    hits: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    for one in judged:
        rule = one.label.decided_by.rules[0] if one.label.decided_by.rules else "nothing"
        totals[rule] += 1
        hits[rule] += one.strict
    return {rule: Share(part=hits[rule], whole=totals[rule]) for rule in sorted(totals)}


def _share(flags: Iterable[bool]) -> Share:
    listed = list(flags)
    return Share(part=sum(listed), whole=len(listed))


def _class_figures(category: Category, judged: Sequence[Judged]) -> ClassFigures:
    right = sum(j.row.primary is category and j.strict for j in judged)
    said = sum(j.label.primary is category for j in judged)
    labelled = sum(j.row.primary is category for j in judged)
    return _ratios(right, said, labelled)


def _also_figures(judged: Sequence[Judged]) -> ClassFigures:
    pairs = [({a.category for a in j.label.also}, set(j.row.also)) for j in judged if j.strict]
    right = sum(len(said & true) for said, true in pairs)
    return _ratios(right, sum(len(said) for said, _ in pairs), sum(len(true) for _, true in pairs))


def _ratios(right: int, said: int, labelled: int) -> ClassFigures:
    precision = right / said if said else None
    recall = right / labelled if labelled else None
    f1 = 2 * right / (said + labelled) if said + labelled else None
    return ClassFigures(precision=precision, recall=recall, f1=f1, labelled=labelled)


def _fold(server: str) -> int:
    return hashlib.sha256(server.encode()).digest()[0] % FOLDS
