"""Where annotation, description and code disagree, and what annotations do to confidence.

Only explicitly set hints count. They are claims: they move the confidence of a label by one step and never the label.
"""

from collections.abc import Iterable, Iterator

from classifier.combine import Claim, Verdict
from classifier.reading import Reading
from mcp_catalogue.model import Category, Confidence, Evidence, EvidenceKind, Mismatch, Strength

_SHOWING = frozenset({"open", "select", "show", "focus", "highlight", "reveal", "render", "display", "switch", "view"})


def mismatches(reading: Reading, verdict: Verdict) -> tuple[Mismatch, ...]:
    """Return the pairs of sources that disagree, each with the evidence of both."""
    hints = reading.tool.annotations
    if not reading.tool.effects and hints.readOnlyHint is not True and hints.destructiveHint is not False:
        return ()
    found: list[Mismatch] = []
    code = _worst(c for c in reading.claims if c.source == "effect" and c.sure)
    words = _worst(_said(reading))
    hint = ""
    if hints.readOnlyHint is True:
        hint = "readOnlyHint"
    elif hints.destructiveHint is False:
        hint = "destructiveHint"
    for source, claim in (("code", code), ("description", words)):
        if hint and claim is not None and _against(hint, claim) and verdict.primary.rank > 0:
            annotation = Evidence(
                kind=EvidenceKind.ANNOTATION,
                rule=None,
                category=None,
                strength=Strength.WEAK,
                quote=hint,
                pointer=f"/annotations/{hint}",
            )
            found.append(Mismatch(between=("annotation", source), evidence=(reading.add(annotation), claim.evidence)))
    said = _worst(c for c in reading.claims if c.source == "clause")
    if (
        code is not None
        and said is not None
        and said.sure
        and said.category is Category.READ
        and code.category.rank > 1
    ):
        found.append(Mismatch(between=("description", "code"), evidence=(said.evidence, code.evidence)))
    return tuple(found)


def confidence_after_claims(verdict: Verdict, reading: Reading) -> Confidence:
    """Let the annotations move the confidence by one step."""
    hint = reading.tool.annotations.readOnlyHint
    confidence = verdict.confidence
    if hint is None:
        return confidence
    if hint is not (verdict.primary is Category.READ):
        return Confidence.MEDIUM if confidence is Confidence.HIGH else Confidence.LOW
    return Confidence.MEDIUM if confidence is Confidence.LOW else confidence


def _said(reading: Reading) -> Iterator[Claim]:
    """Yield what the definition plainly says: an operation that it lists, or a main clause that the name confirms.

    One reading of prose alone is too little to call an author's own annotation wrong, and what only shows something
    else (a tab, a panel) is no change that an annotation speaks of.
    """
    named = any(c.source == "name" and c.sure and c.category is not Category.READ for c in reading.claims)
    for claim in reading.claims:
        if claim.source == "operation" and claim.sure:
            yield claim
        elif claim.source == "clause" and claim.sure and named:
            phrase = reading.phrases.get(claim.evidence)
            if phrase is None or phrase.base not in _SHOWING:
                yield claim


def _worst(claims: Iterable[Claim]) -> Claim | None:
    return max(claims, key=lambda c: c.category.rank, default=None)


def _against(hint: str, claim: Claim) -> bool:
    if hint == "readOnlyHint":
        return claim.category is not Category.READ
    return claim.category is Category.DESTRUCTIVE
