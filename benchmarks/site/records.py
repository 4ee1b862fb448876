"""Synthetic servers of realistic size and wording, the same for the same seed."""

import hashlib
import random
from collections.abc import Iterator
from typing import Any

from benchmarks.site.words import FOREIGN, MORE, NOUNS, PARAMETERS, SERVICES, VERBS, Verb
from mcp_catalogue.model import (
    BASE_SEVERITY,
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
    Location,
    Mismatch,
    Operation,
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
    Unresolved,
)

SEED = 20261120
RULEBOOK = Digest("sha256:" + "0" * 64)
_WEIGHTS = tuple(verb.weight for verb in VERBS)
_FLOOR = {
    "path": ("caller-path", Severity.LOW),
    "url": ("open-world", Severity.MEDIUM),
    "query": ("free-form-query", Severity.MEDIUM),
    "recipients": ("external-communication", Severity.HIGH),
}


def records(tools: int, *, seed: int = SEED) -> Iterator[ServerRecord]:
    """Yield servers until they hold `tools` tools in all; a server's size follows a long-tailed distribution."""
    rng = random.Random(seed)
    made = number = 0
    while made < tools:
        size = min(max(1, round(rng.lognormvariate(1.9, 0.85))), 400, tools - made)
        yield server(rng, number, size)
        made, number = made + size, number + 1


def server(rng: random.Random, number: int, size: int) -> ServerRecord:
    """Make one server of `size` tools."""
    service = rng.choice(SERVICES)
    slug = service.lower().replace(" ", "-")
    owner = f"{rng.choice(NOUNS)}-{rng.choice(NOUNS)}"
    python = rng.random() < 0.5
    name = f"{slug}-mcp-{number}" if python else f"@{owner}/{slug}-mcp-{number}"
    identity = f"pkg:pypi/{name}" if python else f"pkg:npm/%40{name[1:]}"
    chosen = _names(rng, size)
    pairs = [tool(rng, verb, noun, name_, service, line) for line, (verb, noun, name_) in enumerate(chosen)]
    partial = rng.random() < 0.12
    facts = ServerFacts(
        id=ServerId(identity),
        name=name,
        title=f"{service} for agents" if rng.random() < 0.3 else None,
        description=f"Connects agents to {service}: {', '.join(sorted({n for _, n, _ in chosen})[:4])} and more.",
        version=f"{rng.randint(0, 4)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}",
        language="python" if python else "typescript",
        aliases=(f"pkg:github/{owner}/{slug}-mcp-{number}",),
        repository=f"https://github.com/{owner}/{slug}-mcp-{number}",
        commit=hashlib.sha1(identity.encode(), usedforsecurity=False).hexdigest() if rng.random() < 0.4 else None,
        licence=rng.choice(("MIT", "Apache-2.0", "MIT", None)),
        source=Source(kind=SourceKind.SDIST if python else SourceKind.NPM, sha256=_sha(identity)),
        extractors=("python",) if python else ("javascript",),
        requirements=(
            Requirement(kind="env", name=f"{slug.upper().replace('-', '_')}_API_KEY", secret=True, required=True),
            Requirement(kind="env", name="LOG_LEVEL", secret=False, required=False),
        ),
        completeness=Completeness(
            status=Status.PARTIAL if partial else Status.COMPLETE,
            enumerated=size,
            unresolved=(Unresolved(file="src/plugins.py", line=40, reason="name-not-constant", covers=None),)
            if partial
            else (),
        ),
        tools=tuple(t for t, _ in pairs),
        server_name=slug,
        transports=("stdio",),
    )
    return ServerRecord(facts=facts, classifications=tuple(c for _, c in pairs), rulebook=RULEBOOK)


def tool(  # noqa: PLR0913 — the parts of one tool
    rng: random.Random, verb: Verb, noun: str, name: str, service: str, index: int
) -> tuple[Tool, Classification]:
    """Make one tool with its label."""
    many = noun + "s"
    language, description = "en", verb.sentence.format(noun=noun, many=many, service=service) + "."
    description += "".join(rng.sample(MORE, rng.choice((0, 1, 1, 2, 3))))
    if rng.random() < 0.12:
        language, text = rng.choice(FOREIGN)
        description = text.format(noun=noun)
    schema = _schema(rng, noun)
    file, line = f"{service.split(maxsplit=1)[0].lower()}/tools/{noun}.py", 20 + 24 * index
    effect = Effect(id=EffectId(verb.effect), target=f"api/{many}", file=file, line=line + 9, via=("client.request",))
    label = _label(rng, verb, noun, name, description, schema, effect)
    return (
        Tool(
            name=name,
            title=name.replace("_", " ").capitalize() if rng.random() < 0.25 else None,
            description=description,
            description_language=language,
            input_schema=schema,
            annotations=Annotations(
                readOnlyHint=(verb.category is Category.READ) if rng.random() < 0.3 else None,
                destructiveHint=(verb.category is Category.DESTRUCTIVE) if rng.random() < 0.2 else None,
            ),
            condition=Condition(kind="env", expression="ENABLE_ADMIN", default_on=False, file=file, line=12)
            if rng.random() < 0.04
            else None,
            location=Location(file=file, line=line),
            handler=Handler(file=file, start=line, end=line + 18),
            digest=Digest(f"sha256:{_sha(name + description)}"),
            effects=(effect,),
        ),
        label,
    )


def _label(  # noqa: PLR0913 — the parts of one tool
    rng: random.Random, verb: Verb, noun: str, name: str, description: str, schema: dict[str, Any], effect: Effect
) -> Classification:
    rule = RuleId(verb.rule)
    evidence = [
        Evidence(kind=EvidenceKind.NAME, rule=rule, category=verb.category, strength=Strength.STRONG,
                 quote=name, pointer="/name"),
        Evidence(kind=EvidenceKind.DESCRIPTION, rule=rule, category=verb.category, strength=Strength.MEDIUM,
                 quote=description.split(".", maxsplit=1)[0][:120], pointer="/description"),
        Evidence(kind=EvidenceKind.EFFECT, rule=rule, category=verb.category, strength=Strength.STRONG,
                 quote=f"client.request('{verb.effect}', '/{noun}s')", file=effect.file, line=effect.line,
                 via=effect.via),
    ]  # fmt: skip
    signals, severity = [], BASE_SEVERITY[verb.category]
    for parameter, (signal, floor) in _FLOOR.items():
        if parameter in schema["properties"]:
            signals.append(Signal(id=SignalId(signal), floor=floor, evidence=(len(evidence),)))
            evidence.append(
                Evidence(kind=EvidenceKind.PARAMETER, rule=RuleId(f"takes-{parameter}"), category=None,
                         strength=Strength.MEDIUM, quote=parameter, pointer=f"/inputSchema/properties/{parameter}")
            )  # fmt: skip
            severity = max(severity, floor, key=lambda s: s.rank)
    clash = rng.random() < 0.02
    return Classification(
        primary=verb.category,
        also=(Also(category=Category.WRITE, confidence=Confidence.MEDIUM),)
        if verb.category is Category.EXECUTE
        else (),
        severity=severity,
        confidence=rng.choice((Confidence.HIGH, Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)),
        decided_by=DecidedBy(rules=(rule,)),
        rationale=(
            f"The name and the description say “{verb.word} {noun}”, and the handler calls {verb.effect} on"
            f" /{noun}s: {verb.consequence.format(noun=noun)}. The worst arguments that the schema accepts do not"
            " change this."
        ),
        operations=(
            Operation(parameter="action", value="list", primary=Category.READ, severity=Severity.LOW),
            Operation(parameter="action", value="delete", primary=Category.DESTRUCTIVE, severity=Severity.CRITICAL),
        )
        if rng.random() < 0.01
        else (),
        signals=tuple(signals),
        evidence=tuple(evidence),
        mismatches=(Mismatch(between=("description", "code"), evidence=(1, 2)),) if clash else (),
    )


def _schema(rng: random.Random, noun: str) -> dict[str, Any]:
    chosen = rng.sample(PARAMETERS, rng.choice((0, 1, 2, 3, 3, 4, 5, 7)))
    required = [f"{noun}_id", *(name for name, _ in chosen if rng.random() < 0.3)]
    identity = {"type": "string", "description": f"Identifier of the {noun}."}
    return {"type": "object", "properties": {f"{noun}_id": identity, **dict(chosen)}, "required": required}


def _names(rng: random.Random, size: int) -> list[tuple[Verb, str, str]]:
    found: dict[str, tuple[Verb, str, str]] = {}
    while len(found) < size:
        verb, noun = rng.choices(VERBS, _WEIGHTS)[0], rng.choice(NOUNS)
        plural = verb.word in {"list", "search", "count", "purge"}
        extra = f"_{rng.choice(NOUNS)}" if rng.random() < 0.35 else ""
        name = f"{verb.word}_{noun}{extra}{'s' if plural else ''}"
        found.setdefault(name, (verb, noun, name))
    return list(found.values())


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
