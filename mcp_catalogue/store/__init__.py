"""The store: SQLite, with numbered migrations and history."""

from mcp_catalogue.store.events import Change, Event, ToolDates, Totals
from mcp_catalogue.store.store import Store

__all__ = ["Change", "Event", "Store", "ToolDates", "Totals"]
