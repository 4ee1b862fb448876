"""What all forms of Rust tools share: the result of reading one, hints, conditions."""

from dataclasses import dataclass

from tree_sitter import Node

from crawler.extractors.grammar import line, text
from crawler.extractors.rust.literals import attributes
from crawler.extractors.rust.nodes import RustFile
from mcp_catalogue.model import Condition, Tool, Unresolved

HINTS = {
    "read_only_hint": "readOnlyHint", "destructive_hint": "destructiveHint", "idempotent_hint": "idempotentHint",
    "open_world_hint": "openWorldHint", "readOnlyHint": "readOnlyHint", "destructiveHint": "destructiveHint",
    "idempotentHint": "idempotentHint", "openWorldHint": "openWorldHint", "read_only": "readOnlyHint",
    "destructive": "destructiveHint", "idempotent": "idempotentHint", "open_world": "openWorldHint",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """What one form yields: a tool, or a place that could not be evaluated."""

    tool: Tool | None = None
    unresolved: Unresolved | None = None


def condition(node: Node, file: RustFile) -> Condition | None:
    """Return the `#[cfg(…)]` on an item or on the `impl` or module around it."""
    here: Node | None = node
    while here is not None:
        for attribute in attributes(here) if here.type.endswith("_item") else ():
            words = " ".join(text(t) for t in attribute.tokens)
            if attribute.name == "cfg" and "test" not in words:
                return Condition(
                    kind="flag" if "feature" in words else "platform",
                    expression=f"cfg({words})",
                    default_on=None,
                    file=file.path,
                    line=line(attribute.node),
                )
        here = here.parent
    return None
