"""What a run spends, and the limits at which it stops."""

from collections import Counter
from dataclasses import dataclass, field

from classifier.judge.answer import Failure, Reply
from classifier.judge.settings import JudgeSettings
from mcp_catalogue.errors import JudgeError


@dataclass(slots=True)
class Meter:
    """Counts of one run.

    `failures` counts questions without a usable answer by reason, `outcomes` what became of labels. `calls`,
    `tokens_in` and `tokens_out` are what this run sent and received; answers from the cache count in `cached`.
    `stopped` says in words why no further question is asked, or is None.
    """

    calls: int = 0
    cached: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    stopped: str | None = None
    failures: Counter[Failure] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    _reserved: int = 0
    _reserved_cost: float = 0.0

    def cost(self, settings: JudgeSettings) -> float | None:
        """Return what was spent, or None where no prices were given."""
        return cost_of(self.tokens_in, self.tokens_out, settings)

    def reserve(self, tokens: int, settings: JudgeSettings) -> bool:
        """Set aside a question of estimated `tokens` and its longest answer; False where that crosses a limit."""
        wanted = tokens + settings.answer_tokens
        price = cost_of(tokens, settings.answer_tokens, settings) or 0.0
        used = self.tokens_in + self.tokens_out + self._reserved
        if settings.max_tokens is not None and used + wanted > settings.max_tokens:
            self.stopped = self.stopped or f"the limit of {settings.max_tokens} tokens is reached"
        spent = (self.cost(settings) or 0.0) + self._reserved_cost
        if settings.max_cost is not None and spent + price > settings.max_cost:
            self.stopped = self.stopped or f"the limit of {settings.max_cost:g} in cost is reached"
        if self.stopped:
            return False
        self._reserved += wanted
        self._reserved_cost += price
        return True

    def settle(self, tokens: int, settings: JudgeSettings, reply: Reply | None) -> None:
        """Release what `reserve` set aside and count what was used; an endpoint that reports no usage is estimated."""
        self._reserved -= tokens + settings.answer_tokens
        self._reserved_cost -= cost_of(tokens, settings.answer_tokens, settings) or 0.0
        if reply is not None:
            self.calls += 1
            self.tokens_in += reply.tokens_in or tokens
            self.tokens_out += reply.tokens_out or len(reply.content or "") // 3


def cost_of(tokens_in: int, tokens_out: int, settings: JudgeSettings) -> float | None:
    """Return the price of so many tokens, or None where no prices were given."""
    if settings.price_in is None or settings.price_out is None:
        return None
    return (tokens_in * settings.price_in + tokens_out * settings.price_out) / 1_000_000


def check_limits(settings: JudgeSettings) -> None:
    """Raise `JudgeError` where a limit in cost was given without prices."""
    if settings.max_cost is not None and (settings.price_in is None or settings.price_out is None):
        raise JudgeError("a limit in cost needs prices: give both, per million tokens of input and of output")
