"""The chat-completions endpoint: one question in, a reply or a reason out.

Retries, backoff and `Retry-After` (up to two minutes) are the client's own; this adds a deadline over all of
them, adapts to endpoints that refuse an optional parameter, and turns each error into a `Failure`.
"""

import asyncio
import os
from typing import Any, Final

import openai
from openai import AsyncOpenAI

from classifier.judge.answer import Failure, Reply
from classifier.judge.reply import read_reply
from classifier.judge.request import Question, body_of
from classifier.judge.settings import JudgeSettings
from mcp_catalogue.errors import JudgeError

_OPTIONAL: Final = ("temperature", "response_format", "max_tokens")
_PATIENCE = 8  # failures in a row after which the endpoint counts as down


def make_client(settings: JudgeSettings) -> AsyncOpenAI:
    """Return a client for the configured endpoint.

    The key comes from OPENAI_API_KEY; a local endpoint (`base_url` or OPENAI_BASE_URL set) needs none. Raises
    `JudgeError` where neither is set.
    """
    key = os.environ.get("OPENAI_API_KEY")
    if not key and not (settings.base_url or os.environ.get("OPENAI_BASE_URL")):
        raise JudgeError("the judge has no endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for a local one")
    try:
        return AsyncOpenAI(
            api_key=key or "none", base_url=settings.base_url, timeout=settings.timeout, max_retries=settings.retries
        )
    except (openai.OpenAIError, ValueError, TypeError) as error:
        raise JudgeError(f"the judge's endpoint cannot be used: {error}") from error


class Endpoint:
    """Asks, with at most `concurrency` questions under way. `down` says why it cannot be used any more, or is None."""

    def __init__(self, client: AsyncOpenAI, settings: JudgeSettings) -> None:
        self._client = client
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._refused: set[str] = set()  # optional parameters that this endpoint does not take
        self._failed = 0
        self.down: str | None = None

    @property
    def slots(self) -> asyncio.Semaphore:
        """Hold one while asking."""
        return self._slots

    async def ask(self, question: Question) -> Reply | Failure:
        """Send one question. Returns a reply whose content is still unchecked, or why there is none."""
        if self.down:
            return Failure.NOT_ASKED
        try:
            async with asyncio.timeout(self._settings.deadline):
                result = await self._ask(body_of(question, self._settings))
        except TimeoutError:
            result = Failure.TIMEOUT
        self._failed = 0 if isinstance(result, Reply) else self._failed + 1
        if self._failed >= _PATIENCE and self.down is None:
            self.down = f"the endpoint gave no answer {_PATIENCE} times in a row ({result})"
        return result

    async def _ask(self, body: dict[str, Any]) -> Reply | Failure:
        while True:
            try:
                raw = await self._client.chat.completions.with_raw_response.create(**self._adapt(body))
            except openai.APITimeoutError:
                return Failure.TIMEOUT
            except openai.APIConnectionError:
                return Failure.UNREACHABLE
            except openai.APIStatusError as error:
                if not self._learn(error, body):
                    return self._status(error)
            except openai.OpenAIError:
                return Failure.NOT_AN_ANSWER
            else:
                return read_reply(raw.content) or Failure.NOT_AN_ANSWER

    def _adapt(self, body: dict[str, Any]) -> dict[str, Any]:
        adapted = {key: value for key, value in body.items() if key not in self._refused}
        if "max_tokens" in self._refused and "max_completion_tokens" not in self._refused:
            adapted["max_completion_tokens"] = body["max_tokens"]
        return adapted

    def _learn(self, error: openai.APIStatusError, body: dict[str, Any]) -> bool:
        """Leave out the optional parameter that a 400 names, once; True where asking again can help."""
        if error.status_code not in (400, 422) or not isinstance(error.param, str):
            return False
        name = error.param.partition(".")[0]
        if name not in (*_OPTIONAL, "max_completion_tokens") or name in self._refused:
            return False
        if name not in body and not (name == "max_completion_tokens" and "max_tokens" in self._refused):
            return False
        self._refused.add(name)
        return True

    def _status(self, error: openai.APIStatusError) -> Failure:
        code = error.status_code
        if code in (401, 403):
            self.down = f"the endpoint refuses the key (status {code})"
        elif code == 404:
            self.down = f"the endpoint does not know the model {self._settings.model!r} or the address (status 404)"
        elif code == 429 and error.code == "insufficient_quota":
            self.down = "the endpoint says that the quota is used up"
        if code == 429:
            return Failure.RATE_LIMITED
        return Failure.SERVER_ERROR if code >= 500 else Failure.BAD_REQUEST
