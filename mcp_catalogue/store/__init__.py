"""The store: SQLite, with numbered migrations and history."""
