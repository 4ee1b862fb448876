"""Our own build: a store of synthetic records, built in full, again, and after one server in a hundred changed."""

import gzip
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.site.measure import Cost, run
from benchmarks.site.records import SEED, records
from mcp_catalogue.store import Store

BASE_URL = "https://example.org/"
AT, LATER = "2026-11-18T10:00:00Z", "2026-11-19T10:00:00Z"


_ALONE = "import sys; sys.modules['pandas'] = None;"
"""sqlite-utils imports pandas where it is installed: for our tests, and seldom at a user's."""


def make_store(path: Path, tools: int) -> None:
    """Write `tools` synthetic tools into a new store."""
    with Store.open(path, create=True) as store, store.transaction():
        for record in records(tools):
            store.put(record, at=AT)


def change(path: Path, tools: int, *, every: int = 100) -> None:
    """Change the description of every hundredth server's tools."""
    with Store.open(path) as store, store.transaction():
        for number, record in enumerate(records(tools, seed=SEED)):
            if number % every == 0:
                changed = tuple(replace(t, description=f"{t.description} (Revised.)") for t in record.facts.tools)
                store.put(replace(record, facts=replace(record.facts, tools=changed)), at=LATER)


def build(db: Path, out: Path, *, twins: bool, processes: int = 2) -> Cost:
    """Build the site in a process of its own, which says how many files it wrote."""
    code = (
        f"{_ALONE} from pathlib import Path; from mcp_catalogue.pages.build import build;"
        f"print(build(Path(sys.argv[1]), Path(sys.argv[2]), base_url='{BASE_URL}', processes={processes},"
        f" twins={twins}).written)"
    )
    return run([sys.executable, "-c", code, str(db), str(out)], db.parent)


def tool_pages(db: Path, out: Path) -> Cost:
    """Make the tool pages alone, in one process."""
    code = (
        f"{_ALONE} from pathlib import Path; from benchmarks.site.alone import main;"
        f"main(Path(sys.argv[1]), Path(sys.argv[2]), '{BASE_URL}')"
    )
    return run([sys.executable, "-c", code, str(db.resolve()), str(out.resolve())], Path(__file__).parents[2])


def search(db: Path) -> Cost:
    """Make the search index alone, without writing it, from nothing but the store."""
    code = (
        f"{_ALONE} from pathlib import Path; from tempfile import TemporaryDirectory;"
        "from mcp_catalogue.pages.gather import gather; from mcp_catalogue.pages.recall import Recall;"
        "from mcp_catalogue.pages.search_index import search_files; from mcp_catalogue.store import Store;"
        "s = Store.open(Path(sys.argv[1])); t = TemporaryDirectory(); (r := Path(t.name) / '.build').mkdir();"
        "o = gather(s, Recall(r.parent, 'summaries', b''));"
        "n = sum(len(d) for _, d in search_files(s, o, Recall(r.parent, 'words', b'')))"
    )
    return run([sys.executable, "-c", code, str(db)], db.parent)


def touched(out: Path, since: float) -> int:
    """Return how many files of the site, its manifest apart, were changed after `since` (seconds of the clock)."""
    found, folders = 0, [os.fspath(out)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders += [entry.path] if entry.name != ".build" else []
                else:
                    found += entry.stat(follow_symlinks=False).st_ctime > since
    return found


def page_sizes(out: Path) -> tuple[int, int, int]:
    """Return the median and the 99th percentile of tool pages in bytes, and their number."""
    sizes = sorted(
        p.stat().st_size
        for p in (out / "servers").rglob("*.html")
        if p.name != "index.html" and not p.name.startswith("page-")
    )
    return sizes[len(sizes) // 2], sizes[int(len(sizes) * 0.99)], len(sizes)


def query_weights(out: Path, queries: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the compressed bytes that each query fetches besides page, style and script: leaves, heads, 20 blocks."""
    folder = out / "search"
    table = json.loads((folder / "index.json").read_bytes())
    leaves, heads = set(table["leaves"]), set(table["heads"])
    base = sum(_packed(p) for p in (folder / "index.json", folder / "index.html", *sorted((out / "static").iterdir())))
    weights = []
    for query in queries:
        weight, numbers = 0, list[int]()
        for word in query.split():
            beginnings = [word[:i] for i in range(1, len(word) + 1)]
            for leaf in [b for b in beginnings if b in leaves] + [f"{word}$"] * (f"{word}$" in leaves):
                weight += _packed(folder / "t" / f"-{leaf.replace('$', '_24')}.json")
                numbers += _numbers(folder / "t" / f"-{leaf.replace('$', '_24')}.json", word)
            if word in heads:
                weight += _packed(folder / "h" / f"-{word}.json")
                numbers += json.loads((folder / "h" / f"-{word}.json").read_bytes())
        blocks = {n // 32 // table["block"] for n in numbers[:20]}
        weight += sum(_packed(folder / "d" / f"{block}.json") for block in blocks)
        weights.append((query, weight))
    return [("first load", base), *weights]


def _numbers(path: Path, word: str) -> list[int]:
    found = []
    for term, lists in json.loads(path.read_bytes()).items():
        if term.startswith(word):
            number = 0
            for step in lists[0] if lists else []:
                number += step
                found.append(number)
    return found


def _packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))
