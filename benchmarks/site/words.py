"""The vocabulary of the synthetic records, read from `words.toml`."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_catalogue.model import Category


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb with the label of a tool that is named by it; `rule` decides, `effect` is what its code does."""

    word: str
    weight: int
    category: Category
    rule: str
    effect: str
    sentence: str
    consequence: str


_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
VERBS = tuple(Verb(**{**verb, "category": Category(verb["category"])}) for verb in _DATA["verbs"])
NOUNS: tuple[str, ...] = tuple(_DATA["nouns"])
SERVICES: tuple[str, ...] = tuple(_DATA["services"])
MORE: tuple[str, ...] = tuple(_DATA["more"])
FOREIGN: tuple[tuple[str, str], ...] = tuple((f["language"], f["text"]) for f in _DATA["foreign"])
PARAMETERS: tuple[tuple[str, dict[str, Any]], ...] = tuple(
    (p["name"], json.loads(p["schema"])) for p in _DATA["parameters"]
)
