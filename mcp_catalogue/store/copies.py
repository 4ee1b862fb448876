"""Forks and copies: servers that hold the same code and definitions under different names."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from mcp_catalogue.model import ServerId
from mcp_catalogue.store.store import Store


def same_contents(store: Store, server: ServerId) -> tuple[ServerId, ...]:
    """Return the other servers with the contents of `server`, in the order in which they were first seen."""
    rows = store.connection.execute(
        "SELECT other.id FROM servers one JOIN servers other ON other.contents = one.contents"
        " WHERE one.id = ? AND other.id <> one.id ORDER BY other.first_seen, other.id",
        (server,),
    )
    return tuple(ServerId(row[0]) for row in rows)


def groups(store: Store) -> Iterator[tuple[ServerId, ...]]:
    """Yield the servers that have their contents in common, each group in the order in which they were first seen."""
    rows = store.connection.execute(
        "SELECT contents, id FROM servers WHERE contents IN"
        " (SELECT contents FROM servers GROUP BY contents HAVING count(*) > 1) ORDER BY contents, first_seen, id"
    )
    for _, group in groupby(rows, key=itemgetter(0)):
        yield tuple(ServerId(row[1]) for row in group)
