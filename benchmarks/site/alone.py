"""`python -m benchmarks.site.alone DB OUT BASE_URL`: the tool pages alone, from the store, in one process.

What other generators are given as gathered records is gathered here: reading the store, decisions and policies,
attack patterns, links to other servers' tools.
"""

import gc
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mcp_catalogue.pages.environment import prepare
from mcp_catalogue.pages.gather import gather
from mcp_catalogue.pages.output import WORK, Output, begin
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.related import Elsewhere
from mcp_catalogue.pages.server_files import tool_files
from mcp_catalogue.pages.shell import assets, make_site
from mcp_catalogue.store import Store


def overview_of(store: Store) -> Overview:
    """Return what crosses servers, from nothing but the store."""
    with TemporaryDirectory() as folder:
        (Path(folder) / WORK).mkdir()
        return gather(store, Recall(Path(folder), "summaries", b""))


def main(db: Path, out: Path, base_url: str) -> None:
    """Make the page of every tool of the store `db` in `out`."""
    gc.disable()  # as the processes of a build do
    site = make_site(base_url, assets())
    begin(out)
    prepare()
    with Store.open(db) as store:
        elsewhere = Elsewhere(overview_of(store))
        output = Output(out, trusted=False)
        for server in elsewhere.overview.servers:
            made = tool_files(store, site, elsewhere, server)
            if made.inside:
                output.add_folder(made.folder, made.inside)
        output.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
