"""Batch files in the provider's JSON Lines: questions out, answers in.

Each line out is a `POST /v1/chat/completions` whose `custom_id` is the question's cache key; each line in carries
that id back. Importing only fills the cache; the next run reads from it. Where a milder answer needs a second
call, exporting again gives exactly those.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from classifier.judge.answer import Reply
from classifier.judge.cache import KEY
from classifier.judge.judge import Judge
from classifier.judge.reply import read_reply
from classifier.judge.request import Question, body_of
from classifier.judge.settings import JudgeSettings

URL = "/v1/chat/completions"
LINES_PER_FILE = 50_000  # the provider's limit on one batch
BYTES_PER_FILE = 190_000_000  # the limit is 200 MB


class _Response(msgspec.Struct):
    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct):
    custom_id: str
    response: _Response | None = None


@dataclass(slots=True)
class Imported:
    """What an import brought: answers kept, and lines left out by reason."""

    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def export_files(questions: Iterable[Question], settings: JudgeSettings) -> Iterator[tuple[int, bytes]]:
    """Yield pairs of file number (from 1) and one line for it, keeping each file within the provider's limits."""
    number, lines, size = 1, 0, 0
    for question in questions:
        line = export_line(question, settings)
        if lines and (lines >= LINES_PER_FILE or size + len(line) > BYTES_PER_FILE):
            number, lines, size = number + 1, 0, 0
        lines, size = lines + 1, size + len(line)
        yield number, line


def export_line(question: Question, settings: JudgeSettings) -> bytes:
    """Return one question as a line of a batch file."""
    request = {"custom_id": question.key, "method": "POST", "url": URL, "body": body_of(question, settings)}
    return msgspec.json.encode(request) + b"\n"


def import_lines(lines: Iterable[bytes], judge: Judge) -> Imported:
    """Keep every answer of a batch's output. A bad line is counted and left out."""
    result = Imported()
    for line in lines:
        if not line.strip():
            continue
        read = _read(line)
        if isinstance(read, str):
            result.left_out[read] += 1
        else:
            judge.keep(*read)
            result.kept += 1
    return result


def _read(line: bytes) -> tuple[str, Reply] | str:
    try:
        parsed = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, RecursionError):
        return "not a line of a batch"
    if not KEY.fullmatch(parsed.custom_id):
        return "unknown custom_id"
    if parsed.response is None:
        return "request failed"
    if parsed.response.status_code != 200:
        return f"status {parsed.response.status_code}"
    reply = read_reply(bytes(parsed.response.body))
    return (parsed.custom_id, reply) if reply is not None else "not a chat completion"
