"""Where servers are listed: one module per kind of source."""
