"""How labelled servers are printed: for a person, for a pull request, for a code scanner."""

from mcp_catalogue.formats.listing import listing
from mcp_catalogue.formats.markdown import markdown
from mcp_catalogue.formats.order import LabelledTool, crossed, riskiest_first
from mcp_catalogue.formats.sarif import sarif

__all__ = ["LabelledTool", "crossed", "listing", "markdown", "riskiest_first", "sarif"]
