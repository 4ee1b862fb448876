"""`catalogue serve`: look at a built site."""

import multiprocessing
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.progress import note
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.pages.build import build
from mcp_catalogue.resources import resource_dir

_PAUSE = 1.0  # seconds between two looks at the store


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".atom": "application/atom+xml"}  # noqa: RUF012

    def end_headers(self) -> None:
        """Let the browser ask again each time: the pages may have been rebuilt."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of ordinary requests."""


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `catalogue build` wrote.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
    db: Annotated[
        Path | None,
        typer.Option("--db", metavar="FILE", dir_okay=False, help="Build again whenever this store changes."),
    ] = None,
) -> None:
    """Serve a built site to this machine alone, until interrupted.

    Examples:
      catalogue serve build/site

      catalogue serve build/site --db build/catalogue.db
    """
    if db is None and not (folder / "index.html").is_file():
        raise CatalogueError(f"{folder}: no site here; `catalogue build --out {folder}` makes one")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise CatalogueError(f"port {port} cannot be used ({error}); choose another with --port") from error
    if db is not None:
        threading.Thread(target=_rebuild, args=(db, folder), daemon=True).start()
    with server:
        note(f"http://127.0.0.1:{server.server_address[1]}/ (stop with Ctrl-C)")
        server.serve_forever()


def _rebuild(db: Path, folder: Path) -> None:
    """Build once, and again after each change of the store or of the templates."""
    seen: tuple[int, ...] = ()
    while True:
        now = _state(db)
        if now != seen:
            # a process of its own reads templates and rules anew
            child = multiprocessing.get_context("spawn").Process(target=build, args=(db, folder))
            child.start()
            child.join()
            note("built" if child.exitcode == 0 else "the build failed; see above")
            seen = now
        time.sleep(_PAUSE)


def _state(db: Path) -> tuple[int, ...]:
    watched = [db, db.with_name(f"{db.name}-wal"), *sorted(resource_dir("site").rglob("*.*"))]
    return tuple(path.stat().st_mtime_ns for path in watched if path.exists())
