"""`catalogue status`: what the store holds, how the last crawl went, and what failed and why."""

from collections import Counter
from typing import Any

import msgspec
import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, TextOrJson
from mcp_catalogue.store import Store
from mcp_catalogue.store.copies import groups
from mcp_catalogue.store.work import State, Work, WorkBook


def status(db: Database = DEFAULT_DATABASE, output: TextOrJson = "text") -> None:
    """Show counts by state, which servers are copies, what failed and why, and when it will be tried again.

    Example: catalogue status --db build/catalogue.db
    """
    with Store.open(db) as store:
        book = WorkBook(store.connection)
        body: dict[str, Any] = {
            "store": msgspec.to_builtins(store.totals()),
            "copies": list(groups(store)),
            "targets": dict(book.counts()),
            "last_crawl": book.last_crawl(),
            "failed": [_failure(w) for w in book.all(State.FAILED)],
            "no_server": [w.target for w in book.all(State.NO_SERVER)],
            "skipped": [{"source": s, "what": w, "reason": r} for s, w, r in book.skipped()],
        }
    if output == "json":
        typer.echo(msgspec.json.format(msgspec.json.encode(body), indent=2).decode())
        return
    for line in _lines(body):
        typer.echo(line)


def _failure(work: Work) -> dict[str, Any]:
    return {"target": work.target, "reason": work.reason, "attempts": work.attempts, "next_try": work.next_try}


def _lines(body: dict[str, Any]) -> list[str]:
    held, crawl = body["store"], body["last_crawl"]
    lines = [f"store       {held['servers']} servers, {held['tools']} tools, {held['incomplete']} read in part"]
    lines.append("targets     " + (", ".join(f"{n} {state}" for state, n in body["targets"].items()) or "none"))
    lines += [f"same code   {' = '.join(group)}" for group in body["copies"]]
    if crawl:
        ended = f"finished {crawl['finished']}" if crawl["finished"] else "not finished: run `catalogue crawl` again"
        lines.append(f"last crawl  started {crawl['started']}, {ended}")
    causes = Counter(str(f["reason"]).split(": ", 1)[-1] for f in body["failed"])
    lines += [f"failed      {count} x {cause}" for cause, count in causes.most_common(10)]
    lines += [
        f"            {f['target']}: {f['reason']} (attempt {f['attempts']}, next after {f['next_try']})"
        for f in body["failed"]
    ]
    lines += [f"no server   {target}" for target in body["no_server"]]
    lines += [f"skipped     {s['what']}: {s['reason']}" for s in body["skipped"]]
    return lines
