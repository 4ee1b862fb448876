"""Policy snippets inside the JSON output, added only when a format is asked for."""

from typing import Any, Literal

from mcp_catalogue.model import ServerRecord
from mcp_catalogue.policy import FORMATS, Decided, decide
from mcp_catalogue.policy.names import configured_name

PolicyFormatName = Literal["policylayer", "intercept", "claude-code", "codex", "vscode"]


def with_snippets(entry: dict[str, Any], record: ServerRecord, form: PolicyFormatName) -> dict[str, Any]:
    """Add `snippet` (`format`, `text`, `sentence`, `notes`) to the policy of every tool in `entry`."""
    name = configured_name(record.facts)
    for tool, label, item in zip(record.facts.tools, record.classifications, entry["tools"], strict=True):
        decided = Decided(tool=tool, label=label, decision=decide(record.facts, tool, label))
        rendered = FORMATS[form].tool(decided, server_name=name)
        item["policy"]["snippet"] = {
            "format": form,
            "text": rendered.text,
            "sentence": rendered.sentence,
            "notes": list(rendered.notes),
        }
    return entry
