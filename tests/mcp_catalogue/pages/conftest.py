"""A small store of synthetic servers, and the site built from it once."""

from pathlib import Path

import pytest

from benchmarks.site.records import records
from mcp_catalogue.pages.build import build
from mcp_catalogue.store import Store

AT = "2026-11-18T10:00:00Z"
BASE = "https://example.org/mcp/"


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "catalogue.db"
    with Store.open(path, create=True) as store, store.transaction():
        for record in records(150):
            store.put(record, at=AT)
    return path


@pytest.fixture(scope="session")
def site(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished site; tests must not change it."""
    out = tmp_path_factory.mktemp("site")
    build(database, out, base_url=BASE, processes=1)
    return out
