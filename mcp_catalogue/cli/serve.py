"""`catalogue serve`: look at a built site."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.progress import note
from mcp_catalogue.errors import CatalogueError


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".atom": "application/atom+xml"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of ordinary requests."""


def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that `catalogue build` wrote.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8000,
) -> None:
    """Serve a built site to this machine alone, until interrupted.

    Examples:
      catalogue serve build/site
    """
    if not (folder / "index.html").is_file():
        raise CatalogueError(f"{folder}: no site here; `catalogue build --out {folder}` makes one")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise CatalogueError(f"port {port} cannot be used ({error}); choose another with --port") from error
    with server:
        note(f"http://127.0.0.1:{server.server_address[1]}/ (stop with Ctrl-C)")
        server.serve_forever()
