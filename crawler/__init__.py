"""Enumerate, fetch, extract: from a place where servers are listed to the facts about each tool."""
