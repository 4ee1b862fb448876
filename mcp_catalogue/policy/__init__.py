"""What to do about a label: the one decision, and every format that can carry it."""

from mcp_catalogue.policy.base import Decided, PolicyFormat, Rendered
from mcp_catalogue.policy.claude_code import ClaudeCode
from mcp_catalogue.policy.codex import Codex
from mcp_catalogue.policy.decide import decide
from mcp_catalogue.policy.intercept import Intercept
from mcp_catalogue.policy.policylayer import PolicyLayer
from mcp_catalogue.policy.profiles import BOUNDS, Bounds, ProfileName
from mcp_catalogue.policy.vscode import VSCode

FORMATS: dict[str, PolicyFormat] = {
    "policylayer": PolicyLayer(),
    "intercept": Intercept(),
    "claude-code": ClaudeCode(),
    "codex": Codex(),
    "vscode": VSCode(),
}

__all__ = ["BOUNDS", "FORMATS", "Bounds", "Decided", "PolicyFormat", "ProfileName", "Rendered", "decide"]
