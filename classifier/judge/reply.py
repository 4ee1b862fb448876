"""A chat completion as bytes, reduced to what is kept of it."""

import msgspec

from classifier.judge.answer import Reply


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


def read_reply(body: bytes) -> Reply | None:
    """Read a chat completion; None where `body` is not one."""
    try:
        return _reduce(msgspec.json.decode(body, type=_Completion))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _reduce(completion: _Completion) -> Reply | None:
    if not completion.choices:
        return None
    choice, usage = completion.choices[0], completion.usage or _Usage()
    message = choice.message
    return Reply(
        message.content,
        message.refusal,
        choice.finish_reason,
        max(usage.prompt_tokens or 0, 0),
        max(usage.completion_tokens or 0, 0),
    )
