"""A record with every field filled, for tests that print, export or compare servers."""

from dataclasses import replace
from typing import Any

import pytest

from mcp_catalogue.model import (
    Also,
    Annotations,
    Category,
    Classification,
    Completeness,
    Condition,
    Confidence,
    DecidedBy,
    Digest,
    Effect,
    EffectId,
    Evidence,
    EvidenceKind,
    Handler,
    JudgeRun,
    Location,
    MayHaveMore,
    Mismatch,
    Operation,
    Opinion,
    Requirement,
    RuleId,
    ServerFacts,
    ServerId,
    ServerRecord,
    Severity,
    Signal,
    SignalId,
    Source,
    SourceKind,
    Status,
    Strength,
    Tool,
    Unreadable,
    Unresolved,
)

HOSTILE = "</script>| @someone #1 [x](https://evil.example) `a` ![i](//b) \u202e\U000e0041 *b* <img src=x> \x1b[31m\n"

_QUOTE = Evidence(
    kind=EvidenceKind.NAME,
    rule=RuleId("deletes-records"),
    category=Category.DESTRUCTIVE,
    strength=Strength.STRONG,
    quote="delete",
    pointer="/name",
)
_IN_CODE = replace(_QUOTE, kind=EvidenceKind.EFFECT, pointer=None, file="src/a b.py", line=12, quote="rm(path)")
READ = Classification(
    primary=Category.READ,
    also=(),
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    decided_by=DecidedBy(rules=(RuleId("lists-things"),)),
    rationale="It lists items.",
)
DELETE = Classification(
    primary=Category.DESTRUCTIVE,
    also=(Also(category=Category.WRITE, confidence=Confidence.MEDIUM),),
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    decided_by=DecidedBy(rules=(RuleId("deletes-records"),)),
    rationale=f"It says “delete”. {HOSTILE}",
    operations=(Operation(parameter="mode", value="all", primary=Category.DESTRUCTIVE, severity=Severity.CRITICAL),),
    signals=(Signal(id=SignalId("bulk"), floor=Severity.HIGH, evidence=(0,)),),
    evidence=(_QUOTE, _IN_CODE),
    mismatches=(Mismatch(between=("annotation", "code"), evidence=(0, 1)),),
    judge=Opinion(primary=Category.WRITE, also=(), rationale="Unsure.", verified=True, dissent=True),
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "All of it.",
    "properties": {"description": {"type": "string", "description": "Words."}, "mode": {"enum": ["one", "all"]}},
    "required": ["mode"],
}
LIST_TOOL = Tool(
    name="list_items",
    description="Lists items.",
    description_language="en",
    location=Location(file="src/a b.py", line=3),
    digest=Digest("sha256:" + "0" * 64),
)
DELETE_TOOL = Tool(
    name="delete_items",
    title="Delete",
    description=f"Deletes items. {HOSTILE}",
    description_language="en",
    input_schema=SCHEMA,
    output_schema={"type": "object"},
    annotations=Annotations(title="Delete", readOnlyHint=True),
    condition=Condition(kind="env", expression="os.environ['ALL']", default_on=False, file="src/a b.py", line=9),
    location=Location(file="src/a b.py", line=10, url="https://git.example/a.py#L10"),
    handler=Handler(file="src/a b.py", start=10, end=20),
    digest=Digest("sha256:" + "1" * 64),
    effects=(Effect(id=EffectId("fs.delete"), target="path", file="src/a b.py", line=12, via=("wipe",)),),
)
RECORD = ServerRecord(
    facts=ServerFacts(
        id=ServerId("pkg:pypi/shop-mcp"),
        name="shop-mcp",
        title="Shop",
        description="Sells things.",
        version="1.2.0",
        language="python",
        aliases=("pkg:github/shop/mcp",),
        repository="https://git.example/shop/mcp",
        commit="c" * 40,
        licence="MIT",
        source=Source(kind=SourceKind.SDIST, url="https://registry.example/shop-mcp-1.2.0.tar.gz", sha256="a" * 64),
        extractors=("python",),
        requirements=(Requirement(kind="env", name="SHOP_KEY", secret=True, required=True),),
        completeness=Completeness(
            status=Status.PARTIAL,
            enumerated=2,
            unresolved=(Unresolved(file="src/x.py", line=4, reason="name-not-constant", detail="f(x)", covers=1),),
            unreadable=(Unreadable(file="src/y.py", reason="syntax-error"),),
            may_have_more=MayHaveMore(file="src/x.py", line=9, reason="plugin-loader"),
        ),
        tools=(LIST_TOOL, DELETE_TOOL),
        server_name="shop",
    ),
    classifications=(READ, DELETE),
    rulebook=Digest("sha256:" + "2" * 64),
    judge=JudgeRun(model="m", prompt="p1", calls=2, tokens=300),
)


@pytest.fixture(scope="session")
def full_record() -> ServerRecord:
    """A server with two tools in which every optional field of the model has a value, and hostile words."""
    return RECORD


@pytest.fixture(scope="session")
def hostile() -> str:
    """Words that try to be markup, a mention, a link, an escape sequence or invisible."""
    return HOSTILE
