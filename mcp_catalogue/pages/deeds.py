"""What a tool's code was seen to do, as a page says it in a sentence."""

from collections.abc import Mapping, Sequence

import msgspec

from mcp_catalogue.model import Effect, Mark
from mcp_catalogue.pages.text import shorten

EFFECTS: Mapping[str, str] = {
    "api.delete": "deletes through the service's own client",
    "api.read": "reads through the service's own client",
    "api.run": "starts work through the service's own client",
    "api.write": "writes through the service's own client",
    "browser.act": "acts on a page in a browser",
    "browser.navigate": "opens an address in a browser",
    "browser.read": "reads a page in a browser",
    "chain.send": "sends a transaction to a chain",
    "chain.sign": "signs with a wallet's key",
    "chat.delete": "deletes messages of a chat",
    "chat.send": "posts to a chat",
    "cloud.delete": "deletes a cloud resource",
    "cloud.read": "reads cloud resources",
    "cloud.run": "starts something in a cloud",
    "cloud.write": "changes a cloud resource",
    "code.deserialize": "loads a format that can carry code",
    "code.eval": "evaluates code",
    "code.import": "imports code by a computed name",
    "container.delete": "deletes containers or what they are made of",
    "container.read": "looks at containers",
    "container.run": "runs a container",
    "container.write": "changes containers",
    "device.act": "acts on a device or desktop",
    "exchange.cancel": "cancels an order on an exchange",
    "exchange.order": "places an order on an exchange",
    "exchange.setting": "changes a setting on an exchange",
    "file.delete": "deletes files",
    "file.move": "moves files",
    "file.read": "reads files",
    "file.write": "writes files",
    "git.force": "discards work or history in git",
    "git.read": "reads a git repository",
    "git.write": "changes a git repository",
    "guard.read-only": "keeps statements from writing",
    "http": "sends a request whose method is not constant",
    "http.delete": "sends a DELETE request",
    "http.get": "sends a GET request",
    "http.patch": "sends a PATCH request",
    "http.post": "sends a POST request",
    "http.put": "sends a PUT request",
    "http.request": "sends a request whose method the caller chooses",
    "k8s.delete": "deletes Kubernetes resources",
    "k8s.read": "reads Kubernetes resources",
    "k8s.run": "runs something in a Kubernetes cluster",
    "k8s.write": "changes Kubernetes resources",
    "mail.delete": "deletes mail",
    "mail.send": "sends mail",
    "mail.write": "changes or drafts mail",
    "media.generate": "has a model make media",
    "model.ask": "asks a model",
    "net.send": "sends over a socket",
    "nosql.delete": "deletes from a document or key-value store",
    "nosql.write": "writes to a document or key-value store",
    "orm.delete": "deletes rows through an object mapper",
    "orm.write": "writes rows through an object mapper",
    "payment.cancel": "cancels or ends a payment",
    "payment.move": "moves money",
    "payment.write": "writes records of payments",
    "process.kill": "ends processes",
    "process.run": "starts a program",
    "process.shell": "hands a command to a shell",
    "secret.delete": "deletes secrets",
    "secret.read": "reads secrets",
    "secret.write": "writes secrets",
    "sms.send": "sends text messages",
    "sql.alter": "alters tables",
    "sql.create": "creates tables",
    "sql.delete": "deletes rows by SQL",
    "sql.drop": "drops tables",
    "sql.grant": "grants rights in a database",
    "sql.insert": "inserts rows by SQL",
    "sql.other": "sends SQL of another kind",
    "sql.raw": "sends SQL that the caller gives",
    "sql.select": "selects by SQL",
    "sql.truncate": "empties tables",
    "sql.update": "updates rows by SQL",
}
"""Effect id to what follows "a call"; an id that is not named here is shown as it is."""
_MARKS = frozenset(map(str, Mark))
_MOST = 4
_TARGET = 80
_READS = (".read", ".get", ".select")


class Deed(msgspec.Struct, frozen=True, gc=False):
    """One part of a sentence; `words` follow `lead`, `effect` is the id, `target` as far as constants reach."""

    lead: str
    words: str
    effect: str
    target: str


def deeds(effects: Sequence[Effect]) -> tuple[Deed, ...]:
    """Return what a call does, each id once: changes before reads, the tool's own before what every tool does."""
    if not effects:
        return ()
    own = [e for e in effects if not e.via or e.via[0] not in _MARKS] or effects
    first: dict[str, Effect] = {}
    for effect in sorted(own, key=lambda e: e.id.endswith(_READS)):
        held = first.setdefault(effect.id, effect)
        if not held.target and effect.target:
            first[effect.id] = effect
    shown = list(first.items())[:_MOST]
    leads = ["In the source, a call ", *[", "] * (len(shown) - 2), " and "]
    return tuple(
        Deed(lead, EFFECTS.get(id_, ""), id_, shorten(effect.target or "", _TARGET))
        for lead, (id_, effect) in zip(leads, shown, strict=False)
    )
