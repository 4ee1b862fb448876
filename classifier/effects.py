"""What the handler's code was seen to do, as evidence.

Care is taken as the design asks: a POST alone proves nothing; work on caches, temporary files, sign-in and
sessions is not the tool's purpose; an effect far down a chain of helpers counts less than one in the handler.
"""

import re

from msgspec.structs import replace

from classifier.reading import Reading
from classifier.rulebook import Rulebook
from mcp_catalogue.model import Category, Effect, Evidence, EvidenceKind, Mark, RuleId, Strength

# Effect id (or its first part) → the rule it supports and how strongly.
_SUPPORTS: dict[str, tuple[str, Strength]] = {
    "http.delete": ("deletes-records", Strength.STRONG),
    "api.delete": ("deletes-records", Strength.STRONG),
    "sql.delete": ("deletes-records", Strength.STRONG),
    "sql.drop": ("empties-stores", Strength.STRONG),
    "sql.truncate": ("empties-stores", Strength.STRONG),
    "file.delete": ("deletes-records", Strength.STRONG),
    "orm.delete": ("deletes-records", Strength.STRONG),
    "nosql.delete": ("deletes-records", Strength.STRONG),
    "cloud.delete": ("deletes-records", Strength.STRONG),
    "k8s.delete": ("deletes-records", Strength.STRONG),
    "container.delete": ("deletes-records", Strength.STRONG),
    "git.force": ("forces-history", Strength.STRONG),
    "process.run": ("runs-something", Strength.STRONG),
    "process.shell": ("runs-payloads", Strength.STRONG),
    "process.kill": ("stops-something", Strength.STRONG),
    "code.eval": ("runs-payloads", Strength.STRONG),
    "sql.raw": ("runs-payloads", Strength.MEDIUM),
    "sql.insert": ("creates-records", Strength.STRONG),
    "sql.update": ("updates-records", Strength.STRONG),
    "orm.write": ("updates-records", Strength.STRONG),
    "nosql.write": ("updates-records", Strength.STRONG),
    "file.write": ("creates-records", Strength.MEDIUM),
    "file.move": ("updates-records", Strength.STRONG),
    "http.put": ("updates-records", Strength.MEDIUM),
    "http.patch": ("updates-records", Strength.MEDIUM),
    "mail.send": ("sends-messages", Strength.STRONG),
    "chat.send": ("sends-messages", Strength.STRONG),
    "sms.send": ("sends-messages", Strength.STRONG),
    "payment.move": ("moves-money", Strength.STRONG),
    "payment.cancel": ("cancels-money", Strength.STRONG),
    "exchange.order": ("places-orders", Strength.STRONG),
    "exchange.cancel": ("cancels-money", Strength.STRONG),
    "chain.send": ("moves-money", Strength.STRONG),
    "browser.act": ("drives-ui", Strength.MEDIUM),
    "device.act": ("moves-devices", Strength.MEDIUM),
    "api.run": ("runs-something", Strength.STRONG),
    "api.write": ("updates-records", Strength.STRONG),
    "chain.sign": ("approves-money", Strength.MEDIUM),
    "chat.delete": ("deletes-records", Strength.STRONG),
    "cloud.run": ("runs-something", Strength.STRONG),
    "cloud.write": ("updates-records", Strength.STRONG),
    "container.run": ("runs-something", Strength.STRONG),
    "container.write": ("updates-records", Strength.STRONG),
    "exchange.setting": ("sets-money-limits", Strength.STRONG),
    "git.write": ("updates-records", Strength.STRONG),
    "k8s.write": ("updates-records", Strength.STRONG),
    "mail.delete": ("deletes-records", Strength.STRONG),
    "mail.write": ("creates-records", Strength.STRONG),
    "media.generate": ("generates-media", Strength.STRONG),
    "payment.write": ("creates-draft-money", Strength.MEDIUM),
    "secret.delete": ("revokes-secrets", Strength.MEDIUM),
    "secret.write": ("creates-secrets", Strength.MEDIUM),
}
_INCIDENTAL = ("cache", "tmp", "temp", "token", "session", "auth", "log", "login", "lock", "telemetry", "analytics")
_COMMANDS = ("process.run", "process.shell")
_MAKES = frozenset({"download", "generate", "send", "run", "deploy"})
_BY_NAME = ("api.", "cloud.")
"""Effects told by the name of a client's method. In a helper they may be its own upkeep: polling, pruning, set-up."""
_ENFORCES = RuleId("enforces-reading")
_PAYLOADS = frozenset({"runs-payloads", "takes-payloads", "narrows-payloads"})
"""Rules that claim Execute for a payload of the caller's."""
_PROGRAMS = frozenset({"sql.raw", "process.run", "process.shell"})
_PROGRAM_WORDS = frozenset({
    "sql", "query", "queries", "statement", "statements", "command", "commands", "cmd", "code", "script", "expression",
    "cypher", "args", "argv", "arguments", "program", "executable", "binary", "input", "q", "text", "payload", "task",
})  # fmt: skip
_PLAIN = frozenset({"string", "number", "integer", "boolean", "null"})
_WORD = re.compile(r"[a-z]+")
_HUMP = re.compile(r"([a-z0-9])([A-Z])")
FAR = 4
"""Calls away from the handler from which an effect counts one step less."""


def effect_claims(reading: Reading, book: Rulebook) -> None:
    """Add one claim per kind of effect of the tool's handler."""
    seen: set[str] = set()
    lines = reading.tool.effect_lines
    held = _enforced(reading, book)
    for index, effect in enumerate(reading.tool.effects):
        if held and effect.id == "sql.raw":
            continue
        supported = _SUPPORTS.get(effect.id)
        if supported is None or effect.id in seen:
            continue
        rule_id, strength = supported
        rule = book.rules.get(RuleId(rule_id))
        if rule is None or rule.category is None:
            continue
        seen.add(effect.id)
        strength = Strength.WEAK if _clears_up(effect, reading) else _weighed(effect, strength)
        if effect.id in _PROGRAMS and not _takes_program(reading):
            strength = Strength.WEAK
        evidence = Evidence(
            kind=EvidenceKind.EFFECT, rule=rule.id, category=rule.category, strength=strength,
            quote=(lines[index] if index < len(lines) else "") or effect.id,
            file=effect.file, line=effect.line, via=effect.via,
        )  # fmt: skip
        if strength is Strength.WEAK or rule.category is Category.READ:
            reading.add(evidence)
        else:
            reading.claim("effect", rule, 3, None, evidence)


def _enforced(reading: Reading, book: Rulebook) -> bool:
    """Tell whether code keeps the caller's statements from writing; then what claims a free payload claims Read.

    TAXONOMY, rule 5: Read where code enforces it. Only claims about the payload turn: what else the words say stays.
    """
    for index, effect in enumerate(reading.tool.effects):
        rule = book.rules.get(_ENFORCES)
        if effect.id != "guard.read-only" or rule is None:
            continue
        lines = reading.tool.effect_lines
        quote = (lines[index] if index < len(lines) else "") or effect.id
        evidence = Evidence(
            kind=EvidenceKind.EFFECT, rule=rule.id, category=Category.READ, strength=Strength.STRONG, quote=quote,
            file=effect.file, line=effect.line, via=effect.via,
        )  # fmt: skip
        at = reading.add(evidence)
        reading.claims[:] = [
            replace(claim, category=Category.READ, rule=rule, sure=True, evidence=at)
            if claim.rule.id in _PAYLOADS
            else claim
            for claim in reading.claims
        ]
        return True
    return False


def _takes_program(reading: Reading) -> bool:
    """Tell whether a parameter can be what is run; where none is named so, the code made the program itself."""
    properties = (reading.tool.input_schema or {}).get("properties")
    if not isinstance(properties, dict) or not properties:
        return reading.tool.input_schema is None
    words = {word for name in properties for word in _WORD.findall(_HUMP.sub(r"\1_\2", str(name)).lower())}
    return bool(words & _PROGRAM_WORDS) or any(
        isinstance(inner, dict) and not _is_plain(inner.get("type")) for inner in properties.values()
    )


def _is_plain(kind: object) -> bool:
    """Tell whether a JSON Schema's `type`, one or a list, allows plain values only."""
    kinds = kind if isinstance(kind, list) else [kind]
    return all(isinstance(one, str) and one in _PLAIN for one in kinds)


def _clears_up(effect: Effect, reading: Reading) -> bool:
    """Tell the deletion of a file that the call itself made.

    A helper that writes a file and deletes one; or a tool that downloads, generates, sends or runs something.
    """
    if effect.id != "file.delete":
        return False
    places = {(e.file, e.via) for e in reading.tool.effects if e.id == "file.write"}
    sure = [p.action for p in reading.spoken if p.sure]
    return (bool(effect.via) and (effect.file, effect.via) in places) or (bool(sure) and _MAKES.issuperset(sure))


def _weighed(effect: Effect, strength: Strength) -> Strength:
    words = f"{effect.target or ''} {' '.join(effect.via)}".lower()
    if set(effect.via[:1]) & set(Mark) or any(word in words for word in _INCIDENTAL):
        return Strength.WEAK
    if effect.id in _COMMANDS and effect.target:
        return Strength.WEAK  # a program or command that the code names is not the caller's to choose
    if len(effect.via) >= FAR or (effect.via and effect.id.startswith(_BY_NAME)):
        return Strength.MEDIUM if strength is Strength.STRONG else Strength.WEAK
    return strength
