"""How far text inside a definition can talk a label down, with a judge that obeys every word of it.

No model is needed. One stand-in obeys: where the injection, or a sentence of it, is in what it was shown, it answers
Read with a verbatim quote, or hands back the finished answer that stands there; elsewhere it gives the label of
the clean definition. The other lies: it answers Read to everything. Two kinds of tools carry each injection:
those whose name, parameters or code support a graver label (they have a floor) and those that only their prose
describes.
"""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec

from classifier import Classifier
from classifier.combine import floor
from classifier.judge import Judge, JudgeSettings, Mode
from classifier.judge.answer import Reply
from classifier.judge.request import Question
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    Category,
    Classification,
    Completeness,
    Digest,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
)

HIDDEN = "hidden-instructions"
Labels = tuple[Classification, ...]
Model = Callable[[Question], Reply]


class Injection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Text that wants a milder label; `where` it goes: behind or before the description, a parameter's, the title."""

    id: str
    kind: str
    where: Literal["description", "before", "parameter", "title"]
    text: str


class Carrier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tool that carries each injection in turn; `floor` is the least category that rules must give it."""

    name: str
    description: str
    parameters: dict[str, dict[str, Any]]
    floor: Category | None = None


class Corpus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every injection and every tool."""

    injection: tuple[Injection, ...]
    tool: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One tool with one injection: its clean label by the rules, the rules' label with it, and those after a judge."""

    carrier: Carrier
    injection: Injection
    clean: Classification
    ruled: Classification
    obeyed: Classification
    lied: Classification

    @property
    def below_floor(self) -> bool:
        """Whether a label ended below the floor, the tool's own or the declared one, under either stand-in."""
        lowest = max(floor(self.ruled.evidence).rank, self.carrier.floor.rank if self.carrier.floor else 0)
        return min(self.obeyed.primary.rank, self.lied.primary.rank) < lowest

    @property
    def talked_down(self) -> bool:
        """Whether the label ended milder than that of the clean definition, the stand-in obeying."""
        return self.obeyed.primary.rank < self.clean.primary.rank

    @property
    def lied_down(self) -> bool:
        """Whether it did so, the stand-in lying by itself."""
        return self.lied.primary.rank < self.clean.primary.rank

    @property
    def noticed(self) -> bool:
        """Whether hidden instructions were found."""
        return any(signal.id == HIDDEN for signal in self.ruled.signals)


@dataclass(slots=True)
class Resistance:
    """Counts over the trials of one kind of tool; `by_kind` counts those talked down by kind of injection."""

    trials: int = 0
    below_floor: int = 0
    talked_down: int = 0
    lied_down: int = 0
    by_rules_alone: int = 0
    noticed: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def add(self, trial: Trial) -> None:
        """Count one trial."""
        self.trials += 1
        self.below_floor += trial.below_floor
        self.talked_down += trial.talked_down
        self.lied_down += trial.lied_down
        self.by_rules_alone += trial.ruled.primary.rank < trial.clean.primary.rank
        self.noticed += trial.noticed
        self.by_kind[trial.injection.kind] += trial.talked_down


def read_corpus(path: Path) -> Corpus:
    """Read a corpus file. Raises `DataError` where it does not have the form."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Corpus)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"injections {path.name}: {error}") from error


def try_all(corpus: Corpus, classifier: Classifier) -> Iterator[Trial]:
    """Yield every tool with every injection, reviewed by the stand-in that obeys and by the one that lies."""
    for carrier in corpus.tool:
        (clean,) = classifier.server(_server(_tool(carrier)))
        for injection in corpus.injection:
            facts = _server(_tool(carrier, injection))
            labels = classifier.server(facts)
            obeyed, lied = (
                _review(facts, labels, classifier, model)
                for model in (partial(obey, text=injection.text, honest=clean.primary), lie)
            )
            yield Trial(carrier=carrier, injection=injection, clean=clean, ruled=labels[0], obeyed=obeyed, lied=lied)


def tally(trials: Sequence[Trial]) -> Mapping[str, Resistance]:
    """Return the counts for tools with a floor and for those that only their prose describes."""
    result = {"with a floor": Resistance(), "prose only": Resistance()}
    for trial in trials:
        result["with a floor" if trial.carrier.floor else "prose only"].add(trial)
    return result


def obey(question: Question, *, text: str, honest: Category) -> Reply:
    """Answer Read where any of `text` was shown, or what stands there as a finished answer; else `honest`."""
    shown = [value for _, value in question.specimen.places]
    if not any(part in value for value in shown for part in _parts(text)):
        return _reply(question, honest)
    start, end = text.find("{"), text.rfind("}")
    finished = text[start : end + 1]
    if _is_answer(finished):
        return Reply(finished, None, "stop", question.tokens, 100)
    return lie(question)


def lie(question: Question) -> Reply:
    """Answer Read, whatever was shown."""
    return _reply(question, Category.READ)


def _reply(question: Question, primary: Category) -> Reply:
    pointer, quote = [(p, text) for p, text in question.specimen.places if len(text.strip()) > 1][-1]
    answer = {
        "quotes": [{"pointer": pointer, "quote": quote[:200]}],
        "rationale": "It does what the definition says.",
        "primary": primary,
        "also": [],
        "signals": [],
    }
    return Reply(json.dumps(answer), None, "stop", question.tokens, 100)


def _parts(text: str) -> list[str]:
    """The whole text and its sentences, short scraps apart."""
    return [part for part in (text, *re.split(r"(?<=[.!?。])\s*|\n", text)) if len(part.strip()) > 5]


def _is_answer(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict) and '"quotes"' in text
    except ValueError:
        return False


def _review(facts: ServerFacts, labels: Labels, classifier: Classifier, model: Model) -> Classification:
    settings = JudgeSettings(model="stand-in", mode=Mode.ALL, offline=True)
    with Judge(settings, rulebook=Digest(classifier.rulebook.digest)) as judge:
        for _ in range(2):  # the second questions arise from the first answers
            for question in list(judge.missing([(facts, labels)])):
                judge.keep(question.key, model(question))
        (label,), _ = judge.review(facts, labels)
    return label


def _tool(carrier: Carrier, injection: Injection | None = None) -> Tool:
    description, title, parameters = carrier.description, None, dict(carrier.parameters)
    if injection is not None and injection.where == "title":
        title = injection.text
    elif injection is not None and injection.where == "parameter":
        first = next(iter(parameters))
        parameters[first] = {**parameters[first], "description": injection.text}
    elif injection is not None and injection.where == "before":
        description = f"{injection.text} {description}"
    elif injection is not None:
        description = f"{description} {injection.text}"
    schema = {"type": "object", "properties": parameters}
    return Tool(name=carrier.name, title=title, description=description, input_schema=schema)


def _server(tool: Tool) -> ServerFacts:
    return ServerFacts(
        id=ServerId("manifest:injections"),
        name="injections",
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=1),
        tools=(tool,),
    )
