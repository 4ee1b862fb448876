"""What keeps a caller's SQL from writing in Python: recognised where it does, and nowhere else."""

from textwrap import dedent, indent

import pytest

from tests.effects.test_python_table import tools_of

HEAD = """
import logging, os, re, sqlite3
import asyncpg, duckdb, psycopg2, sqlparse
from fastmcp import FastMCP
mcp = FastMCP("x")
db = sqlite3.connect("data.db")
ALLOWED = ("select", "show")
FORBIDDEN = ["INSERT", "UPDATE", "DELETE", "DROP", "ALTER"]
PATTERN = re.compile(r"^\\s*(select|show)\\b", re.IGNORECASE)

def is_reading(text):
    return text.strip().lower().startswith("select")

def refuse(text):
    if not text.lstrip().upper().startswith("SELECT"):
        raise ValueError("only reading")

def looks_bad(text):
    if any(word in text.upper() for word in FORBIDDEN):
        return True
    return False
"""


def guards(body: str, more: str = "") -> list[tuple[str, int]]:
    code = f"{HEAD}{dedent(more)}\n@mcp.tool\ndef act(sql: str, conn):\n{indent(dedent(body), '    ')}"
    found = tools_of({"server.py": code})["act"].effects
    assert "sql.raw" in {e.id for e in found}, found
    return [(e.id, e.line) for e in found if e.id.startswith("guard.")]


@pytest.mark.parametrize(
    "body",
    [
        """
        if not sql.strip().upper().startswith("SELECT"):
            raise ValueError("no")
        return db.execute(sql).fetchall()
        """,
        """
        if not sql.lower().startswith(ALLOWED):
            return "no"
        return db.execute(sql).fetchall()
        """,
        """
        if sql.strip().lower().startswith(("select", "show")):
            return db.execute(sql).fetchall()
        return "no"
        """,
        """
        first = sql.strip().split()[0].lower()
        if first not in ALLOWED:
            return "no"
        return db.execute(sql)
        """,
        """
        if not re.match(r"(?i)^\\s*select\\b", sql):
            return "no"
        return db.execute(sql)
        """,
        """
        if PATTERN.match(sql) is None:
            pass
        if not PATTERN.match(sql):
            return "no"
        return db.execute(sql)
        """,
        """
        if sqlparse.parse(sql)[0].get_type() != "SELECT":
            return "no"
        return db.execute(sql)
        """,
        """
        if not is_reading(sql):
            return "no"
        return db.execute(sql)
        """,
        """
        refuse(sql)
        return db.execute(sql)
        """,
        """
        if not sql.lower().startswith(("select", "with")) or looks_bad(sql):
            return "no"
        return db.execute(sql)
        """,
    ],
    ids=[
        "raises", "returns", "in-branch", "first-word", "pattern", "compiled", "parsed", "asked", "helper-raises",
        "with-and-words",
    ],
)  # fmt: skip
def test_a_check_before_the_statement_is_a_guard(body: str) -> None:
    assert [id_ for id_, _ in guards(body)] == ["guard.read-only"]


@pytest.mark.parametrize(
    "body",
    [
        "return db.execute(sql)",
        """
        if not sql.upper().startswith("SELECT"):
            logging.warning("not reading")
        return db.execute(sql)
        """,
        """
        rows = db.execute(sql)
        if not sql.upper().startswith("SELECT"):
            raise ValueError("no")
        return rows
        """,
        """
        if not sql.lower().startswith(("select", "with")):
            return "no"
        return db.execute(sql)
        """,
        """
        if not sql.lower().startswith(("select", "explain")):
            return "no"
        return db.execute(sql)
        """,
        """
        if any(word in sql.upper() for word in FORBIDDEN):
            return "no"
        return db.execute(sql)
        """,
        """
        if sql.upper().startswith("DROP"):
            return "no"
        return db.execute(sql)
        """,
        """
        try:
            refuse(sql)
        except ValueError:
            logging.warning("not reading")
        return db.execute(sql)
        """,
        """
        if conn and not sql.upper().startswith("SELECT"):
            return "no"
        return db.execute(sql)
        """,
        """
        if sql.lower().startswith("select"):
            return db.execute(sql)
        return db.execute(sql)
        """,
        """
        if not re.search(r"select", sql):
            return "no"
        return db.execute(sql)
        """,
        """
        if conn:
            refuse(sql)
        return db.execute(sql)
        """,
    ],
    ids=[
        "none", "logs", "after", "with", "explain", "words-alone", "one-word", "caught", "and", "one-of-two", "inside",
        "sometimes",
    ],
)  # fmt: skip
def test_what_enforces_nothing_is_no_guard(body: str) -> None:
    assert guards(body) == []


@pytest.mark.parametrize(
    "body",
    [
        'return sqlite3.connect("file:data.db?mode=ro", uri=True).execute(sql).fetchall()',
        """
        c = sqlite3.connect(f"file:{conn}?mode=ro", uri=True)
        return c.cursor().execute(sql)
        """,
        """
        db.execute("PRAGMA query_only = ON")
        return db.execute(sql)
        """,
        'return duckdb.connect("data.db", read_only=True).execute(sql)',
        """
        cur = psycopg2.connect(conn).cursor()
        cur.execute("SET TRANSACTION READ ONLY")
        return cur.execute(sql)
        """,
        """
        c = psycopg2.connect(conn)
        c.set_session(readonly=True)
        return c.cursor().execute(sql)
        """,
        """
        c = psycopg2.connect(conn, options="-c default_transaction_read_only=on")
        return c.cursor().execute(sql)
        """,
        """
        c = asyncpg.connect(conn)
        with c.transaction(readonly=True):
            return c.fetch(sql)
        """,
    ],
    ids=["mode-ro", "mode-ro-computed", "query-only", "read-only", "transaction", "session", "options", "readonly"],
)
def test_a_read_only_session_is_a_guard(body: str) -> None:
    assert [id_ for id_, _ in guards(body)] == ["guard.read-only"]


@pytest.mark.parametrize(
    "body",
    [
        """
        if conn:
            db.execute("PRAGMA query_only = ON")
        return db.execute(sql)
        """,
        """
        logging.info("SET TRANSACTION READ ONLY")
        return db.execute(sql)
        """,
        """
        rows = db.execute(sql)
        db.execute("PRAGMA query_only = ON")
        return rows
        """,
        'return duckdb.connect("data.db", read_only=conn).execute(sql)',
        'return duckdb.connect("data.db", read_only=os.environ.get("READ_ONLY", True)).execute(sql)',
        'return sqlite3.connect("file:data.db?mode=rwc", uri=True).execute(sql)',
        """
        with sqlite3.connect("file:data.db?mode=ro", uri=True) as c:
            c.execute(sql)
        return db.execute(sql)
        """,
    ],
    ids=["sometimes", "logged", "after", "configured", "by-default", "writable", "another"],
)
def test_a_session_that_may_write_is_no_guard(body: str) -> None:
    assert guards(body) == []


def test_a_guard_in_one_caller_does_not_cover_another() -> None:
    code = HEAD + dedent("""
        def run(text):
            return db.execute(text)
        @mcp.tool
        def look(sql: str):
            refuse(sql)
            return run(sql)
        @mcp.tool
        def act(sql: str):
            return run(sql)
    """)
    found = {n: [e.id for e in t.effects] for n, t in tools_of({"server.py": code}).items()}
    assert found == {"look": ["guard.read-only", "sql.raw"], "act": ["sql.raw"]}


def test_a_guard_in_a_dispatcher_covers_its_own_branch() -> None:
    code = """
        import sqlite3
        from mcp.server import Server
        from mcp.types import Tool
        server = Server("x")
        db = sqlite3.connect("data.db")

        def run(text):
            return db.execute(text)

        @server.list_tools()
        async def listing():
            return [Tool(name=n, description=n, inputSchema={}) for n in ("look", "change")]

        @server.call_tool()
        async def call(name, arguments):
            if name == "look":
                if not arguments["query"].strip().upper().startswith("SELECT"):
                    raise ValueError("only reading")
                return run(arguments["query"])
            if arguments["query"].strip().upper().startswith("SELECT"):
                raise ValueError("only writing")
            return run(arguments["query"])
    """
    found = {n: sorted(e.id for e in t.effects) for n, t in tools_of({"server.py": dedent(code)}).items()}
    assert found == {"look": ["guard.read-only", "sql.raw"], "change": ["sql.raw"]}


def test_a_connection_that_a_helper_opens_is_a_guard_and_another_helpers_is_none() -> None:
    more = """
        def get_connection():
            c = psycopg2.connect("dsn")
            c.set_session(readonly=True)
            return c
        def count():
            c = psycopg2.connect("dsn")
            c.set_session(readonly=True)
            return c.cursor().execute("SELECT count(*) FROM t")
    """
    assert guards("return get_connection().cursor().execute(sql)", more) != []
    assert guards("count()\nreturn psycopg2.connect('dsn').cursor().execute(sql)", more) == []


def test_a_guard_of_the_class_is_found() -> None:
    more = """
        class Store:
            def __init__(self):
                self.db = sqlite3.connect("data.db")
            def _check(self, text):
                return text.strip().lower().startswith("select")
            def query(self, text):
                if not self._check(text):
                    raise ValueError("no")
                return self.db.execute(text)
        store = Store()
    """
    assert [i for i, _ in guards("return store.query(sql)", more)] == ["guard.read-only"]


def test_names_that_stand_for_each_other_end() -> None:
    assert guards("a = not b\nb = not a\nif a:\n    return 1\nreturn db.execute(sql)") == []
