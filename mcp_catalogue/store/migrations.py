"""The numbered steps from an empty file to the present tables, each recorded in `_sqlite_migrations`."""

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("catalogue")


@MIGRATIONS()
def m001_servers(db: Database) -> None:
    """Servers as last read; JSON columns hold the model's own form."""
    db.table("servers").create(
        {
            "id": str,
            "name": str,
            "language": str,
            "version": str,
            "status": str,  # completeness.status
            "enumerated": int,
            "facts": str,  # ServerFacts without tools, JSON
            "digest": str,  # over facts and tools
            "rulebook": str,
            "judge": str,  # JudgeRun, JSON or null
            "first_seen": str,
            "last_changed": str,
            "gone": str,  # when it disappeared upstream, else null
            "gone_reason": str,
        },
        pk="id",
        strict=True,
    )


@MIGRATIONS()
def m002_tools(db: Database) -> None:
    """Tools with their labels; `variant` is 0 where the name is unique, `position` the order within the server."""
    db.table("tools").create(
        {
            "server": str,
            "name": str,
            "variant": int,
            "position": int,
            "digest": str,  # of the definition
            "primary_category": str,
            "severity": str,
            "confidence": str,
            "facts": str,  # Tool, JSON
            "label": str,  # Classification, JSON
            "first_seen": str,
            "definition_changed": str,
            "relabelled": str,
        },
        pk=("server", "name", "variant"),
        foreign_keys=[("server", "servers", "id")],
        strict=True,
    )
    db.table("tools").create_index(["server", "position"])
    db.table("tools").create_index(["name"])
    db.table("tools").create_index(["severity", "primary_category"])


@MIGRATIONS()
def m003_aliases(db: Database) -> None:
    """Every identity a server was seen under, its id included, and why it is the same server."""
    db.table("aliases").create({"alias": str, "server": str, "reason": str}, pk="alias", strict=True)
    db.table("aliases").create_index(["server"])


@MIGRATIONS()
def m004_history(db: Database) -> None:
    """What changed and when; `before` and `after` hold the tool's definition and label as JSON."""
    db.table("history").create(
        {
            "id": int,
            "at": str,
            "server": str,
            "tool": str,  # null for the server itself
            "variant": int,
            "event": str,  # mcp_catalogue.store.events.Event
            "before": str,
            "after": str,
        },
        pk="id",
        strict=True,
    )
    db.table("history").create_index(["server", "tool"])
    db.table("history").create_index(["at"])


@MIGRATIONS()
def m005_work(db: Database) -> None:
    """One row per target that a source listed: what became of it, from which input, and when to try again."""
    db.table("work").create(
        {
            "target": str,
            "sources": str,  # JSON object: what each source says of it
            "state": str,  # stored | no-server | failed | gone
            "reason": str,  # for the last two
            "source_digest": str,  # of what was read
            "code_digest": str,  # of the extractors that read it
            "servers": str,  # JSON list of ids
            "attempts": int,  # failures in a row
            "checked": str,
            "next_try": str,
        },
        pk="target",
        strict=True,
    )
    db.table("work").create_index(["state"])


@MIGRATIONS()
def m006_crawls(db: Database) -> None:
    """Every crawl with its counts."""
    db.table("crawls").create(
        {"id": int, "started": str, "finished": str, "sources": str, "counts": str}, pk="id", strict=True
    )


@MIGRATIONS()
def m007_skipped(db: Database) -> None:
    """What a source lists and nobody can use, with the reason."""
    columns = {"source": str, "what": str, "reason": str, "at": str}
    db.table("skipped").create(columns, pk=("source", "what"), strict=True)


@MIGRATIONS()
def m008_notes(db: Database) -> None:
    """Single values of the store's own, such as which rules last labelled it."""
    db.table("notes").create({"key": str, "value": str}, pk="key", strict=True)


@MIGRATIONS()
def m009_contents(db: Database) -> None:
    """The digest that forks and copies share (`ServerFacts.contents`); null where it is not known."""
    db.table("servers").add_column("contents", str)
    db.table("servers").create_index(["contents"])


NUMBERED = (
    m001_servers,
    m002_tools,
    m003_aliases,
    m004_history,
    m005_work,
    m006_crawls,
    m007_skipped,
    m008_notes,
    m009_contents,
)
"""Every step, in order; a store that records another one comes from a newer version."""
