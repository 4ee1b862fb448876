"""From listings to the store: what is known is not fetched again, what fails is noted and passed over.

The network runs in threads, reading in the pool, and the store is written here alone, one target at a time,
so that a kill at any moment loses at most the targets in hand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from classifier.overrides import Overrides
from crawler.fetch import FetchContext, Fetched, Located, download, locate
from crawler.sources.base import Listing
from crawler.targets import parse_reference
from mcp_catalogue.errors import CatalogueError, NotThereError
from mcp_catalogue.model import ServerId, ServerRecord
from mcp_catalogue.pipeline.clock import Clock, later
from mcp_catalogue.pipeline.labelling import overridden
from mcp_catalogue.pipeline.reading import Job, Outcome, read
from mcp_catalogue.pipeline.single import fetch_wanted, noted
from mcp_catalogue.store import Store
from mcp_catalogue.store.work import State, Work, WorkBook

_DOWNLOADS = 8
_AHEAD = 64
"""Targets in hand at once: enough to keep the network and the pool busy, few enough to hold in memory."""
_BATCH = 500
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
    """One crawl's fixed parts.

    `code_digest` identifies the extractors. `make_pool` gives the executor that runs the reading, and another
    one where a crash of the reader broke it.
    """

    store: Store
    context: FetchContext
    make_pool: Callable[[], Executor]
    clock: Clock
    code_digest: str
    overrides: Overrides

    def run(self, listings: Iterable[Listing]) -> Iterator[Crawled]:
        """Work through `listings`, yielding each target's fate as it is known."""
        run = _Run(crawl=self, book=WorkBook(self.store.connection), pool=self.make_pool())
        source = iter(listings)
        listing = next(source, None)
        try:
            while run.pending or listing is not None:
                while listing is not None and len(run.pending) < _AHEAD:
                    run.take(listing)
                    listing = next(source, None)
                yield from run.advance()
        finally:
            run.close()

    def fetch(self, hand: "_Hand") -> "_Hand":
        """Locate the target, and download it where it changed. Raises `TargetError`."""
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

    def follow(self, outcome: Outcome) -> "_Followed":
        """Fetch the dependencies that hold the tools."""
        dependencies, problems = fetch_wanted(outcome.wants, [r.facts for r in outcome.records], self.context)
        return _Followed(outcome=outcome, dependencies=dependencies, problems=tuple(problems))

    def keep(self, hand: "_Hand", outcome: Outcome, book: WorkBook) -> Crawled:
        """Store what was read."""
        now = self.clock()
        with self.store.transaction():
            alone = len(outcome.records) == 1
            ids = tuple(
                self.store.put(self._finished(r, hand, alone=alone), at=now, reasons=hand.reasons)
                for r in outcome.records
            )
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

    def failed(self, hand: "_Hand", reason: str, book: WorkBook, *, gone: bool = False) -> Crawled:
        """Note a failure, and when to try again; servers that are `gone` upstream are marked and kept."""
        now = self.clock()
        attempts = (hand.known.attempts if hand.known else 0) + 1
        pause = min(_FIRST_RETRY * 2 ** min(attempts - 1, 16), _LAST_RETRY)
        with self.store.transaction():
            work = self._work(hand, now, State.FAILED)
            kept = hand.known.servers if hand.known else ()
            book.put(replace(work, reason=reason, attempts=attempts, next_try=later(now, pause), servers=kept))
            for server in kept if gone else ():
                self.store.mark_gone(ServerId(server), at=now, reason=reason)
        return Crawled(target=hand.listing.target, fate=Fate.FAILED, reason=reason)

    def _work(self, hand: "_Hand", now: str, state: State) -> Work:
        return Work(
            target=hand.listing.target,
            sources=hand.listing.facts,
            state=state,
            source_digest=hand.located.digest if hand.located else None,
            code_digest=self.code_digest,
            checked=now,
        )


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run's moving parts: what is under way, and the executors that it is under way in."""

    crawl: Crawl
    book: WorkBook
    pool: Executor
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_DOWNLOADS, thread_name_prefix="fetch")
    )
    pending: dict[Future[Any], "_Hand"] = field(default_factory=dict)
    unchanged: list[Work] = field(default_factory=list)

    def take(self, listing: Listing) -> None:
        """Begin with one more target."""
        hand = _Hand(listing=listing, known=self.book.get(listing.target))
        self.pending[self.threads.submit(self.crawl.fetch, hand)] = hand

    def advance(self) -> Iterator[Crawled]:
        """Wait for a step to end, and yield the fates that are known by it."""
        suspects = []
        for future in wait(self.pending, return_when=FIRST_COMPLETED).done:
            hand = self.pending.pop(future)
            if isinstance(future.exception(), BrokenExecutor):
                suspects.append(hand)
            elif fate := self._next(future, hand):
                yield fate
        if suspects:
            yield from self._sort_out(suspects)

    def close(self) -> None:
        """Leave what is under way, and write what was held back."""
        for future in self.pending:
            future.cancel()
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.pool.shutdown(wait=False, cancel_futures=True)
        self._write_unchanged()

    def _next(self, future: Future[Any], hand: "_Hand") -> Crawled | None:
        """Take a finished step's result; answer the target's fate, or begin its next step."""
        try:
            result = future.result()
            if isinstance(result, _Hand):
                if result.unchanged and result.known:
                    return self._unchanged(result.known)
                return self._read(result)
            if isinstance(result, _Followed):
                followed = replace(hand, dependencies=result.dependencies, problems=result.problems)
                return self._read(followed) if result.dependencies else self._store(followed, result.outcome)
            if result.wants and not hand.dependencies and not hand.problems:
                self.pending[self.threads.submit(self.crawl.follow, result)] = hand
                return None
            return self._store(hand, result)
        except CatalogueError as error:
            return self.crawl.failed(hand, str(error), self.book, gone=isinstance(error, NotThereError))
        except Exception as error:  # noqa: BLE001 - one bad server is a stored result, never the end of the run
            return self.crawl.failed(hand, f"an internal error ({type(error).__name__}: {error})"[:500], self.book)

    def _read(self, hand: "_Hand") -> Crawled | None:
        try:
            self.pending[self.pool.submit(read, hand.job)] = hand
        except BrokenExecutor:
            return next(self._sort_out([hand]), None)
        return None

    def _store(self, hand: "_Hand", outcome: Outcome) -> Crawled:
        return self.crawl.keep(hand, outcome, self.book)

    def _unchanged(self, known: Work) -> Crawled:
        """Note the check; written in batches, because a kill that loses some costs one question each."""
        now = self.crawl.clock()
        self.unchanged.append(replace(known, checked=now, attempts=0, next_try=None, reason=None))
        if len(self.unchanged) >= _BATCH:
            self._write_unchanged()
        return Crawled(target=known.target, fate=Fate.UNCHANGED, servers=known.servers)

    def _write_unchanged(self) -> None:
        with self.crawl.store.transaction():
            for work in self.unchanged:
                self.book.put(work)
        self.unchanged.clear()

    def _sort_out(self, suspects: list["_Hand"]) -> Iterator[Crawled]:
        """Read, one at a time, what was under way when the reader crashed: the one that crashes it again is named."""
        broken = [f for f in self.pending if f.done() and isinstance(f.exception(), BrokenExecutor)]
        suspects += [self.pending.pop(future) for future in broken]
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.pool = self.crawl.make_pool()
        for hand in suspects:
            future = self.pool.submit(read, hand.job)
            if isinstance(future.exception(), BrokenExecutor):
                self.pool.shutdown(wait=False, cancel_futures=True)
                self.pool = self.crawl.make_pool()
                yield self.crawl.failed(hand, "the reader crashed on it", self.book)
            elif fate := self._next(future, hand):
                yield fate


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

    @property
    def reasons(self) -> dict[str, str]:
        """Why each name that listings give the server is its name."""
        reason = self.listing.reason
        return dict.fromkeys(self.listing.aliases, reason) if reason else {}

    @property
    def job(self) -> Job:
        """What to read. Must have been fetched."""
        if self.source is None:
            raise AssertionError("read before it was fetched")
        return Job(source=self.source, dependencies=self.dependencies)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Followed:
    outcome: Outcome
    dependencies: Mapping[str, Fetched]
    problems: tuple[str, ...]
