"""`data/measurements.json`: figures with the digests of the set and the rulebook they belong to, and no text."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mcp_catalogue.evaluate.gold import GoldSet
from mcp_catalogue.evaluate.labels import Figures, Share
from mcp_catalogue.model import Digest, Severity

FILE = "measurements.json"


def write_labels(
    path: Path, gold: GoldSet, found: Figures, rulebook: Digest, definitions: Mapping[Severity, int] | None
) -> None:
    """Put the figures of one labelled set into the file at `path`, beside those of other sets."""
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        body = {}
    sets = body.setdefault("labels", {})
    sets[gold.name] = {"set": gold.digest, "rulebook": rulebook, "figures": plain(found)}
    if definitions is not None:
        body["severity"] = {"rulebook": rulebook, "tools": sum(definitions.values()), "counts": dict(definitions)}
    text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def plain(found: Figures) -> dict[str, Any]:
    """Return the figures as JSON, shares rounded to four places."""
    return {key: _plain(value) for key, value in _fields(found).items()}


def _fields(found: Figures) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Figures.__dataclass_fields__}


def _plain(value: Any) -> Any:  # noqa: ANN401  any field of the figures
    if isinstance(value, Share):
        return {"part": value.part, "whole": value.whole, "share": _plain(value.value)}
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return {k: _plain(v) for k, v in asdict(value).items()}
    return value
