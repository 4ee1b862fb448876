"""`catalogue crawl`: the starter list, or the user's own sources, into the store."""

import os
from collections import Counter
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crawler.fetch import FetchContext, open_context
from crawler.merge import merge
from crawler.sources import (
    Listing,
    Skipped,
    SourceConfig,
    enumerate_all,
    read_host_limits,
    read_sources,
    trusted_addresses,
)
from mcp_catalogue.cli.judging import JudgeMode, Judging, MaxTokens, Model, opened
from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, SourcesDir
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.errors import CatalogueError, StoreError
from mcp_catalogue.pipeline.clock import now
from mcp_catalogue.pipeline.crawl import Crawl, Fate
from mcp_catalogue.pipeline.digests import extractor_digest
from mcp_catalogue.pipeline.labelling import judge_store, relabel, shipped_overrides
from mcp_catalogue.resources import resource_dir
from mcp_catalogue.store import Store
from mcp_catalogue.store.work import WorkBook


def crawl(
    sources: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A sources file or a list; the starter list if none."),
    ] = None,
    db: Database = DEFAULT_DATABASE,
    sources_dir: SourcesDir = None,
    judge: JudgeMode = "off",
    model: Model = None,
    max_tokens: MaxTokens = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that read sources; one a core if not given.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Follow listings to addresses on private networks, too.")
    ] = False,
) -> None:
    """Read every listed server into the store. What did not change is not fetched again.

    Examples:
      catalogue crawl

      catalogue crawl --sources my-servers.toml --db my.db
    """
    listed = sources or resource_dir("data") / "starter.toml"
    configs, hosts = read_sources(listed), read_host_limits(listed)
    trusted = trusted_addresses(configs)
    with (
        Store.open(db, create=True) as store,
        open_context(sources_dir=sources_dir, allow_private=allow_private, trusted=trusted, hosts=hosts) as context,
    ):
        for line in context.clients.notes:
            note(f"note: {line}")
        book = WorkBook(store.connection)
        overrides = shipped_overrides()
        relabelled = relabel(store, overrides, at=now())
        listings = _listings(configs, context, book, store)
        number = book.start(at=now(), sources=[c.name for c in configs])
        counts: Counter[str] = Counter()
        make_pool = partial(ProcessPoolExecutor, workers or os.cpu_count() or 1)
        with progress("crawling", len(listings)) as tick:
            run = Crawl(
                store=store,
                context=context,
                make_pool=make_pool,
                clock=now,
                code_digest=extractor_digest(),
                overrides=overrides,
            )
            for one in run.run(listings):
                counts[one.fate] += 1
                tick(one.target)
                if one.fate is Fate.FAILED:
                    note(f"failed: {one.target}: {one.reason}")
                elif one.fate is Fate.NO_SERVER:
                    note(f"no server: {one.target}: read, and no MCP server was found in it")
        judge_settings = Judging(mode=judge, model=model, max_tokens=max_tokens).settings()
        if judge_settings is not None:
            with opened(judge_settings) as judging:
                judge_store(store, judging, overrides, at=now())
        book.finish(number, at=now(), counts=counts)
        _summary(store, counts, relabelled)
    if counts and set(counts) == {Fate.FAILED}:
        raise CatalogueError("nothing could be read; the lines above say why")


def _listings(configs: tuple[SourceConfig, ...], context: FetchContext, book: WorkBook, store: Store) -> list[Listing]:
    """Enumerate every source; a server listed twice, under whatever names, is crawled once."""
    listed: list[tuple[str, Listing]] = []
    gone: list[Skipped] = []
    for name, item in enumerate_all(configs, context):
        if isinstance(item, Skipped):
            book.skip(name, [(item.what, item.reason)], at=now())
            note(f"skipped: {item.what}: {item.reason}")
            gone += [item] if item.gone else []
        else:
            listed.append((name, item))
    merged = list(merge(listed))
    _mark_gone(store, gone, {name for one in merged for name in (one.id, *one.aliases)})
    return [one.listing for one in merged]


def _mark_gone(store: Store, gone: list[Skipped], listed: Collection[str]) -> None:
    """Mark the servers that a source took out of its list and no other source lists."""
    for item in gone:
        with suppress(StoreError):  # never stored under that name
            server = store.resolve(item.what)
            if server not in listed:
                store.mark_gone(server, at=now(), reason=item.reason)


def _summary(store: Store, counts: Counter[str], relabelled: int) -> None:
    totals = store.totals()
    parts = [f"{count} {fate}" for fate, count in sorted(counts.items())]
    if relabelled:
        parts.append(f"{relabelled} labelled anew under changed rules")
    typer.echo(f"targets: {', '.join(parts) or 'none'}")
    typer.echo(f"store:   {totals.servers} servers, {totals.tools} tools")
    for severity, count in totals.severities.items():
        typer.echo(f"         {count:6} {severity}")
    if totals.incomplete:
        typer.echo(f"         {totals.incomplete} servers were read in part or not at all; their pages say why")
