"""The judge's options for commands that label, and the judge's turn after the rules."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from classifier.judge import Judge, JudgeSettings, Meter, Mode
from crawler.fetch import default_cache_dir
from mcp_catalogue.cli.progress import note
from mcp_catalogue.errors import JudgeError
from mcp_catalogue.pipeline.reading import classifier

JudgeMode = Annotated[
    Literal["off", "unsure", "all"],
    typer.Option("--judge", help="Ask a language model about the tools that the rules are unsure of, or all."),
]
Model = Annotated[
    str | None, typer.Option("--model", envvar="CATALOGUE_MODEL", help="The judge's model, as its endpoint names it.")
]
MaxCost = Annotated[float | None, typer.Option("--max-cost", min=0, help="Stop asking at this cost (needs prices).")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", min=0, help="Stop asking after this many tokens.")]
PriceIn = Annotated[float | None, typer.Option("--price-in", min=0, help="Price of a million tokens sent.")]
PriceOut = Annotated[float | None, typer.Option("--price-out", min=0, help="Price of a million tokens answered.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """The judge as asked for on the command line."""

    mode: str
    model: str | None
    max_cost: float | None = None
    max_tokens: int | None = None
    price_in: float | None = None
    price_out: float | None = None

    def settings(self) -> JudgeSettings | None:
        """Return the judge's settings, or None (with a line saying so) where the rules alone decide."""
        if self.mode == "off":
            return None
        if not os.environ.get("OPENAI_API_KEY") and not os.environ.get("OPENAI_BASE_URL"):
            note("rules only: the judge needs OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint of your own")
            return None
        if not self.model:
            raise JudgeError("the judge needs a model: give --model NAME, or set CATALOGUE_MODEL")
        return JudgeSettings(
            model=self.model,
            mode=Mode(self.mode),
            cache=judge_cache(),
            max_cost=self.max_cost,
            max_tokens=self.max_tokens,
            price_in=self.price_in,
            price_out=self.price_out,
        )


@contextmanager
def opened(settings: JudgeSettings) -> Iterator[Judge]:
    """Open the judge, and say in the end what it used."""
    with Judge(settings, rulebook=classifier().rulebook.digest) as judge:
        yield judge
        note(_usage(judge.meter, settings))


def _usage(meter: Meter, settings: JudgeSettings) -> str:
    cost = meter.cost(settings)
    parts = [
        f"judge {settings.model}: {meter.calls} calls, {meter.cached} answers from the cache",
        f"{meter.tokens_in} tokens in, {meter.tokens_out} out",
        *([f"cost {cost:.4f}"] if cost is not None else []),
        *(f"{count} {reason}" for reason, count in sorted(meter.failures.items())),
        *([meter.stopped] if meter.stopped else []),
    ]
    return "; ".join(parts)


def judge_cache() -> Path:
    """Where the judge's answers are kept."""
    return default_cache_dir() / "judge"
