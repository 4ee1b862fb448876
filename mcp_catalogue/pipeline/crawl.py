"""From listings to the store: what is known is not fetched again, what fails is noted and passed over.

The network runs in threads, reading in the pool, and the store is written here alone, one target at a time,
so that a kill at any moment loses at most the targets in hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from classifier.overrides import Overrides
from crawler.fetch import FetchContext, Fetched, Located, download, locate
from crawler.sources.base import Listing
from crawler.targets import parse_reference
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.pipeline.clock import Clock, later
from mcp_catalogue.pipeline.labelling import overridden
from mcp_catalogue.pipeline.reading import Job, Outcome, read
from mcp_catalogue.pipeline.single import fetch_wanted, noted
from mcp_catalogue.store import Store
from mcp_catalogue.store.work import State, Work, WorkBook

_DOWNLOADS = 8
_AHEAD = 64
"""Targets in hand at once: enough to keep the network and the pool busy, few enough to hold in memory."""
_FIRST_RETRY = timedelta(hours=1)
_LAST_RETRY = timedelta(days=14)


class Fate(StrEnum):
    """What became of one target in this crawl."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    NO_SERVER = "no-server"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """One target's fate, with its servers and their tools counted, or the reason."""

    target: str
    fate: Fate
    servers: tuple[str, ...] = ()
    tools: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One crawl's fixed parts. `code_digest` identifies extractors and rules; `pool` runs the reading."""

    store: Store
    context: FetchContext
    pool: Executor
    clock: Clock
    code_digest: str
    overrides: Overrides

    def run(self, listings: Iterable[Listing]) -> Iterator[Crawled]:
        """Work through `listings`, yielding each target's fate as it is known."""
        book = WorkBook(self.store.connection)
        pending: dict[Future[Any], _Hand] = {}
        source = iter(listings)
        exhausted = False
        threads = ThreadPoolExecutor(_DOWNLOADS, thread_name_prefix="fetch")
        try:
            while pending or not exhausted:
                while not exhausted and len(pending) < _AHEAD:
                    listing = next(source, None)
                    if listing is None:
                        exhausted = True
                        break
                    known = book.get(listing.target)
                    hand = _Hand(listing=listing, known=known)
                    pending[threads.submit(self._fetch, hand)] = hand
                if not pending:
                    break
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    hand = pending.pop(future)
                    step = self._next(future, hand, threads, book)
                    if isinstance(step, Crawled):
                        yield step
                    else:
                        pending[step[0]] = step[1]
        finally:
            for future in pending:
                future.cancel()
            threads.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, hand: "_Hand") -> "_Hand":
        located = locate(parse_reference(hand.listing.target), self.context)
        known = hand.known
        if (
            known
            and known.state is not State.FAILED
            and located.digest is not None
            and (known.source_digest, known.code_digest) == (located.digest, self.code_digest)
        ):
            return replace(hand, located=located, unchanged=True)
        return replace(hand, located=located, source=download(located, self.context))

    def _next(
        self, future: Future[Any], hand: "_Hand", threads: ThreadPoolExecutor, book: WorkBook
    ) -> "Crawled | tuple[Future[Any], _Hand]":
        """Take a finished step's result; answer the target's fate, or its next step."""
        try:
            result = future.result()
            if isinstance(result, _Hand):
                if result.unchanged and result.known:
                    return self._unchanged(result, book)
                return self._submit(result), result
            if isinstance(result, _Followed):
                followed = replace(hand, dependencies=result.dependencies, problems=result.problems)
                if result.dependencies:
                    return self._submit(followed), followed
                return self._store(followed, result.outcome, book)
            if result.wants and not hand.dependencies and not hand.problems:
                return threads.submit(self._follow, result), hand
            return self._store(hand, result, book)
        except CatalogueError as error:
            return self._failed(hand, str(error), book)
        except Exception as error:  # noqa: BLE001 - one bad server is a stored result, never the end of the run
            return self._failed(hand, f"an internal error ({type(error).__name__}: {error})"[:500], book)

    def _submit(self, hand: "_Hand") -> "Future[Outcome]":
        if hand.source is None:
            raise AssertionError("submitted before it was fetched")
        return self.pool.submit(read, Job(source=hand.source, dependencies=hand.dependencies))

    def _follow(self, outcome: Outcome) -> "_Followed":
        dependencies, problems = fetch_wanted(outcome.wants, [r.facts for r in outcome.records], self.context)
        return _Followed(outcome=outcome, dependencies=dependencies, problems=tuple(problems))

    def _store(self, hand: "_Hand", outcome: Outcome, book: WorkBook) -> Crawled:
        now = self.clock()
        with self.store.transaction():
            alone = len(outcome.records) == 1
            ids = tuple(self.store.put(self._finished(r, hand, alone=alone), at=now) for r in outcome.records)
            work = self._work(hand, now, State.STORED if ids else State.NO_SERVER)
            book.put(replace(work, servers=ids))
        tools = sum(len(record.facts.tools) for record in outcome.records)
        fate = Fate.STORED if ids else Fate.NO_SERVER
        return Crawled(target=hand.listing.target, fate=fate, servers=ids, tools=tools)

    def _finished(self, record: ServerRecord, hand: "_Hand", *, alone: bool) -> ServerRecord:
        """Add what went wrong, the names that listings give the server (if it is the only one), and the overrides."""
        facts = noted(record.facts, hand.problems)
        if alone and hand.listing.aliases:
            names = {*facts.aliases, *hand.listing.aliases} - {str(facts.id)}
            facts = replace(facts, aliases=tuple(sorted(names)))
        return overridden(replace(record, facts=facts), self.overrides)

    def _unchanged(self, hand: "_Hand", book: WorkBook) -> Crawled:
        known = hand.known
        if known is None:
            raise AssertionError("unchanged since never")
        with self.store.transaction():
            book.put(replace(known, checked=self.clock(), attempts=0, next_try=None, reason=None))
        return Crawled(target=known.target, fate=Fate.UNCHANGED, servers=known.servers)

    def _failed(self, hand: "_Hand", reason: str, book: WorkBook) -> Crawled:
        now = self.clock()
        attempts = (hand.known.attempts if hand.known else 0) + 1
        pause = min(_FIRST_RETRY * 2 ** min(attempts - 1, 16), _LAST_RETRY)
        with self.store.transaction():
            work = self._work(hand, now, State.FAILED)
            kept = hand.known.servers if hand.known else ()
            book.put(replace(work, reason=reason, attempts=attempts, next_try=later(now, pause), servers=kept))
        return Crawled(target=hand.listing.target, fate=Fate.FAILED, reason=reason)

    def _work(self, hand: "_Hand", now: str, state: State) -> Work:
        return Work(
            target=hand.listing.target,
            state=state,
            source_digest=hand.located.digest if hand.located else None,
            code_digest=self.code_digest,
            checked=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """A target in hand, and how far it has come."""

    listing: Listing
    known: Work | None
    located: Located | None = None
    unchanged: bool = False
    source: Fetched | None = None
    dependencies: Mapping[str, Fetched] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    outcome: Outcome
    dependencies: Mapping[str, Fetched]
    problems: tuple[str, ...]
