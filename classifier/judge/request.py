"""One question to the model: its body as sent, and the key under which its answer is kept."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from classifier.judge.answer import answer_schema
from classifier.judge.prompt import Prompt
from classifier.judge.settings import AnswerForm, JudgeSettings
from classifier.judge.specimen import Specimen
from mcp_catalogue.model import Digest

BYTES_PER_TOKEN = 3.0  # low on purpose (English is near 4), so that an estimate errs towards too many tokens


@dataclass(frozen=True, slots=True)
class Question:
    """A specimen under a prompt. `key` is SHA-256 over input, prompt, model and rulebook."""

    key: str
    prompt: Prompt
    specimen: Specimen

    @property
    def tokens(self) -> int:
        """Estimated tokens of the input."""
        size = len(self.prompt.text.encode()) + len(self.specimen.text.encode(errors="replace"))
        return int(size / BYTES_PER_TOKEN) + 16


def ask_about(specimen: Specimen, prompt: Prompt, *, model: str, rulebook: Digest) -> Question:
    """Return the question of `prompt` about `specimen`."""
    parts = [specimen.text, prompt.digest, model, rulebook]
    key = hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()
    return Question(key, prompt, specimen)


def body_of(question: Question, settings: JudgeSettings) -> dict[str, Any]:
    """Return the chat-completions body, the same for a live call and for a line of a batch file."""
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": [
            {"role": "system", "content": question.prompt.text},
            {"role": "user", "content": question.specimen.text},
        ],
        "max_tokens": settings.answer_tokens,
    }
    if settings.temperature is not None:
        body["temperature"] = settings.temperature
    if settings.answer_form is AnswerForm.SCHEMA:
        schema = {"name": "label", "strict": True, "schema": answer_schema()}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif settings.answer_form is AnswerForm.OBJECT:
        body["response_format"] = {"type": "json_object"}
    return body
