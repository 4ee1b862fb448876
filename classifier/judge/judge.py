"""The judge: which tools it reads, what it asks, and the labels that come of it.

One event loop serves a whole run; several servers are under way at once, and results come in the order of the
input. Everything that an answer may change is decided in `bounds`.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from classifier.judge.answer import Answer, Failure, Reply, read_answer
from classifier.judge.bounds import Bounds, bounds_of, needs_second, settle
from classifier.judge.cache import AnswerCache
from classifier.judge.meter import Meter, check_limits, cost_of
from classifier.judge.prompt import prompt
from classifier.judge.request import Question, ask_about
from classifier.judge.settings import JudgeSettings, Mode
from classifier.judge.specimen import show, show_core
from mcp_catalogue.model import Classification, Confidence, Decider, Digest, JudgeRun, ServerFacts, Tool

if TYPE_CHECKING:  # the client takes half a second to load; only a run that asks pays for it
    from openai import AsyncOpenAI

    from classifier.judge.endpoint import Endpoint

Labels = tuple[Classification, ...]
_SERVERS_AHEAD = 16  # servers under way beyond the one whose result is awaited


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run would send: questions not yet in the cache, estimated tokens and cost (None without prices).

    Second questions are not foreseeable; `tokens_out` is the upper limit of every answer.
    """

    tools: int
    questions: int
    tokens_in: int
    tokens_out: int
    cost: float | None


class Judge:
    """Reviews labels under `settings`. A context manager; `meter` holds the counts of the run so far."""

    def __init__(self, settings: JudgeSettings, *, rulebook: Digest, client: "AsyncOpenAI | None" = None) -> None:
        """Open the cache. Raises `JudgeError` where it, the limits or the endpoint cannot be used."""
        check_limits(settings)
        self.settings = settings
        self.meter = Meter()
        self._rulebook = rulebook
        self._cache = AnswerCache(settings.cache)
        self._client = client
        self._endpoint: Endpoint | None = None
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the cache."""
        if self._client is not None and self._endpoint is not None:
            self._runner.run(self._client.close())
        self._runner.close()
        self._cache.close()

    def review(self, facts: ServerFacts, labels: Labels) -> tuple[Labels, JudgeRun | None]:
        """Return one server's labels after the judge, and its part in them (None where it had none)."""
        return self._runner.run(self._review(facts, labels))

    def review_all(
        self, servers: Iterable[tuple[ServerFacts, Labels]]
    ) -> Iterator[tuple[ServerFacts, Labels, JudgeRun | None]]:
        """Yield every server with its labels after the judge, in the order given, several under way at once."""
        waiting: deque[tuple[ServerFacts, asyncio.Task[tuple[Labels, JudgeRun | None]]]] = deque()
        loop = self._runner.get_loop()
        for facts, labels in servers:
            waiting.append((facts, loop.create_task(self._review(facts, labels))))
            if len(waiting) > _SERVERS_AHEAD:
                first, task = waiting.popleft()
                yield first, *self._runner.run(_result(task))
        while waiting:
            first, task = waiting.popleft()
            yield first, *self._runner.run(_result(task))

    def plan(self, servers: Iterable[tuple[ServerFacts, Labels]]) -> Plan:
        """Return what reviewing `servers` would send now; nothing is sent."""
        tools = questions = tokens = 0
        for facts, labels in servers:
            for tool, label in self._chosen(facts, labels):
                tools += 1
                for question in self._missing(facts, tool, label):
                    questions += 1
                    tokens += question.tokens
        answers = questions * self.settings.answer_tokens
        cost = cost_of(tokens, answers, self.settings)
        return Plan(tools=tools, questions=questions, tokens_in=tokens, tokens_out=answers, cost=cost)

    def missing(self, servers: Iterable[tuple[ServerFacts, Labels]]) -> Iterator[Question]:
        """Yield each question that the cache does not answer yet: the first ones, then those that these call for."""
        seen: set[str] = set()
        for facts, labels in servers:
            for tool, label in self._chosen(facts, labels):
                for question in self._missing(facts, tool, label):
                    if question.key not in seen:
                        seen.add(question.key)
                        yield question

    def keep(self, key: str, reply: Reply) -> None:
        """Put an answer that came another way (a batch) into the cache."""
        self._cache.put(key, reply)

    def _chosen(self, facts: ServerFacts, labels: Labels) -> Iterator[tuple[Tool, Classification]]:
        for tool, label in zip(facts.tools, labels, strict=True):
            unsure = self.settings.mode is Mode.UNSURE and label.confidence is not Confidence.HIGH
            if label.decided_by.by is not Decider.OVERRIDE and (unsure or self.settings.mode is Mode.ALL):
                yield tool, label

    def _first(self, facts: ServerFacts, tool: Tool) -> Question:
        specimen = show(facts, tool)
        return ask_about(specimen, prompt("label"), model=self.settings.model, rulebook=self._rulebook)

    def _second(self, tool: Tool, label: Classification) -> Question:
        specimen = show_core(tool, label)
        return ask_about(specimen, prompt("confirm"), model=self.settings.model, rulebook=self._rulebook)

    def _missing(self, facts: ServerFacts, tool: Tool, label: Classification) -> Iterator[Question]:
        first = self._first(facts, tool)
        reply = self._cache.get(first.key)
        if reply is None:
            yield first
            return
        answer = read_answer(reply, first.specimen)
        bounds = bounds_of(label, cut=first.specimen.cut)
        if isinstance(answer, Answer) and needs_second(label, answer, bounds):
            second = self._second(tool, label)
            if second.key not in self._cache:
                yield second

    async def _review(self, facts: ServerFacts, labels: Labels) -> tuple[Labels, JudgeRun | None]:
        usage = _Usage()
        chosen = {id(tool) for tool, _ in self._chosen(facts, labels)}
        pairs = zip(facts.tools, labels, strict=True)
        done = await asyncio.gather(
            *(self._tool(facts, t, label, usage) if id(t) in chosen else _same(label) for t, label in pairs)
        )
        if not usage.calls:
            return tuple(done), None
        run = JudgeRun(
            model=self.settings.model,
            prompt=f"{prompt('label').id} {prompt('confirm').id}",
            calls=usage.calls,
            tokens=usage.tokens,
        )
        return tuple(done), run

    async def _tool(self, facts: ServerFacts, tool: Tool, label: Classification, usage: "_Usage") -> Classification:
        first = self._first(facts, tool)
        answer = await self._answer(first, usage)
        if isinstance(answer, Failure):
            self.meter.outcomes["unanswered"] += 1
            return label
        bounds: Bounds = bounds_of(label, cut=first.specimen.cut)
        second: Answer | Failure | None = None
        if needs_second(label, answer, bounds):
            second = await self._answer(self._second(tool, label), usage)
        settled, outcome = settle(label, bounds, tool.effects, answer, second)
        self.meter.outcomes[outcome] += 1
        return settled

    async def _answer(self, question: Question, usage: "_Usage") -> Answer | Failure:
        reply: Reply | Failure | None = self._cache.get(question.key)
        if reply is None:
            reply = await self._ask(question)
        else:
            self.meter.cached += 1
        if isinstance(reply, Reply):
            usage.calls += 1
            usage.tokens += reply.tokens_in + reply.tokens_out
        answer = reply if isinstance(reply, Failure) else read_answer(reply, question.specimen)
        if isinstance(answer, Failure):
            self.meter.failures[answer] += 1
        return answer

    async def _ask(self, question: Question) -> Reply | Failure:
        if self.settings.offline or self.meter.stopped:
            return Failure.NOT_ASKED
        if self._endpoint is None:
            from classifier.judge.endpoint import Endpoint, make_client  # noqa: PLC0415 - as above

            self._client = self._client or make_client(self.settings)
            self._endpoint = Endpoint(self._client, self.settings)
        async with self._endpoint.slots:
            if (known := self._cache.get(question.key)) is not None:  # the same definition, asked meanwhile
                return known
            if not self.meter.reserve(question.tokens, self.settings):
                return Failure.NOT_ASKED
            reply = await self._endpoint.ask(question)
            self.meter.settle(question.tokens, self.settings, reply if isinstance(reply, Reply) else None)
            if isinstance(reply, Reply):
                self._cache.put(question.key, reply)
        self.meter.stopped = self.meter.stopped or self._endpoint.down
        return reply


@dataclass(slots=True)
class _Usage:
    """Calls and tokens that one server's labels rest on, whether paid in this run or an earlier one."""

    calls: int = 0
    tokens: int = 0


async def _same(label: Classification) -> Classification:
    return label


async def _result(
    task: asyncio.Task[tuple[Labels, JudgeRun | None]],
) -> tuple[Labels, JudgeRun | None]:
    return await task
