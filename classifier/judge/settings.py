"""What a user can choose about the judge."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Mode(StrEnum):
    """Which tools the judge reads: none, those the rules are unsure of (confidence below high), or all."""

    OFF = "off"
    UNSURE = "unsure"
    ALL = "all"


class AnswerForm(StrEnum):
    """How the endpoint is asked for JSON: by schema, as any object, or in words only."""

    SCHEMA = "schema"
    OBJECT = "object"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSettings:
    """One run's choices. Prices are in currency units per million tokens; times are in seconds.

    `max_cost` and `max_tokens` bound what this run sends out; answers from the cache are free. `deadline` bounds
    one question with all its retries, so that an endpoint that sends a byte a minute cannot hold a run.
    """

    model: str
    mode: Mode = Mode.UNSURE
    cache: Path | None = None
    offline: bool = False  # answers from the cache only
    base_url: str | None = None  # else OPENAI_BASE_URL, else the client's default
    concurrency: int = 8
    timeout: float = 120.0
    deadline: float = 600.0
    retries: int = 4
    answer_form: AnswerForm = AnswerForm.SCHEMA
    temperature: float | None = 0.0
    answer_tokens: int = 1500
    max_cost: float | None = None
    max_tokens: int | None = None
    price_in: float | None = None
    price_out: float | None = None
