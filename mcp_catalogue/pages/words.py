"""The taxonomy in sentences: what categories, severities, signals and actions mean on a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from mcp_catalogue.model import Action, Category, Confidence, CutReason, Severity, SignalId


@dataclass(frozen=True, slots=True)
class CategoryText:
    """`verb` follows a tool's name, `call` follows "one call", `meaning` is the definition on its own page."""

    verb: str
    call: str
    meaning: str


CATEGORIES: Mapping[Category, CategoryText] = {
    Category.READ: CategoryText(
        "retrieves or computes",
        "retrieves, searches, lists, computes or explains something",
        "One call retrieves, searches, lists, computes, validates, converts or explains. Nothing outside the"
        " conversation changes; what comes back can still be private, or carry instructions of its own.",
    ),
    Category.WRITE: CategoryText(
        "adds or changes something",
        "adds or changes something outside the conversation",
        "One call adds or changes something, and nothing that existed before is lost: create, update, rename, move,"
        " archive, enable, post, send, upload, save.",
    ),
    Category.EXECUTE: CategoryText(
        "runs something",
        "runs or triggers something whose effect depends on its arguments",
        "One call runs or triggers something whose effect depends on its arguments: code, a shell, free queries, a"
        " workflow, a build, a deployment, a job, a device, a user interface.",
    ),
    Category.DESTRUCTIVE: CategoryText(
        "ends or removes something",
        "deletes, overwrites or cancels something that existed before, and has no undo",
        "One call deletes, overwrites, drops, purges or cancels something for good. A trash or a version history may"
        " exist; the call itself offers no way back.",
    ),
    Category.FINANCIAL: CategoryText(
        "moves money or binds someone to pay",
        "moves money or assets, or makes or changes a binding financial instruction",
        "One call moves money or assets, or makes or changes a binding financial instruction: payment, refund,"
        " transfer, withdrawal, trade, order, purchase, paid subscription, issued invoice.",
    ),
}

SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "One call can destroy something for good or move money. A person should see it beforehand.",
    Severity.HIGH: "One call can run what its arguments say, reach many people or touch secrets and access.",
    Severity.MEDIUM: "One call changes something that can be changed back, or reaches further than its own data.",
    Severity.LOW: "One call reads or computes. The remaining risk is in what is read, and where it goes next.",
}

CONFIDENCES: Mapping[Confidence, str] = {
    Confidence.HIGH: "several independent pieces of evidence agree",
    Confidence.MEDIUM: "the evidence points one way and is not complete",
    Confidence.LOW: "little was found to go by; read the definition yourself",
}

SIGNALS: Mapping[SignalId, tuple[str, str]] = {
    SignalId("runs-code"): ("Runs code", "an argument reaches a shell or an interpreter"),
    SignalId("free-form-query"): ("Free-form query", "an argument is a query language of its own"),
    SignalId("caller-path"): ("Caller chooses a path", "an argument names a file or folder"),
    SignalId("open-world"): ("Open world", "an argument names an address or host to reach"),
    SignalId("incurs-cost"): ("Incurs cost", "a call uses paid credit or paid resources"),
    SignalId("external-communication"): ("Talks to people", "a call sends something to people outside"),
    SignalId("bulk"): ("Bulk", "one call can act on many things at once"),
    SignalId("secrets"): ("Secrets", "a call returns or takes credentials"),
    SignalId("access-control"): ("Access control", "a call changes who may do what"),
    SignalId("physical-world"): ("Physical world", "a call moves or switches something real"),
    SignalId("personal-data"): ("Personal data", "a call handles data about people"),
    SignalId("local-only"): ("Local only", "a call acts on the server's own scratch state"),
    SignalId("claimed-safe"): ("Claims to be harmless", "the definition says so in words; nothing seen enforces it"),
    SignalId("contradiction"): ("Contradiction", "annotation, description and code disagree"),
    SignalId("hidden-instructions"): ("Hidden instructions", "the definition addresses the model, or hides text"),
}

ACTIONS: Mapping[Action, tuple[str, str]] = {
    Action.ALLOW: ("Allow", "let calls through"),
    Action.LIMIT: ("Limit", "let calls through, up to a rate"),
    Action.APPROVE: ("Ask a person", "let a person approve each call"),
    Action.HIDE: ("Hide", "take the tool off the list and refuse calls"),
}


CUTS: Mapping[CutReason, str] = {
    CutReason.DYNAMIC_CALL: "what is called is computed",
    CutReason.UNKNOWN_RECEIVER: "a method of an object that is made out of sight",
    CutReason.GENERATED_CLIENT: "a client whose methods are made at run time",
    CutReason.REMOTE: "the call is handed on to another server",
    CutReason.BUDGET: "the code goes on beyond what one reading follows",
    CutReason.UNKNOWN_LIBRARY: "a library of which it is not known what it does",
    CutReason.NO_HANDLER: "the function that a call runs was not found",
}


def signal_text(signal: str) -> tuple[str, str]:
    """Return title and explanation; a signal of a newer rulebook is named by its id."""
    return SIGNALS.get(SignalId(signal), (signal.replace("-", " ").capitalize(), "see the rule that raises it"))
