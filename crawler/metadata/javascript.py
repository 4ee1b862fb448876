"""package.json."""

import json
from typing import Any


def text(value: object) -> str | None:
    """Return a non-empty string, None for anything else."""
    return value if isinstance(value, str) and value else None


def mapping(value: object) -> dict[str, Any]:
    """Return a JSON object, empty for anything else."""
    return value if isinstance(value, dict) else {}


def package_json(data: bytes) -> dict[str, Any]:
    """Read npm's manifest."""
    body = mapping(json.loads(data))
    repository = body.get("repository")
    url = repository.get("url") if isinstance(repository, dict) else repository
    entries = body.get("bin")
    starts = list(entries.values()) if isinstance(entries, dict) else [entries]
    starts += [body.get("main"), body.get("module")]
    dependencies = {**mapping(body.get("peerDependencies")), **mapping(body.get("dependencies"))}
    return {
        "ecosystem": "npm",
        "name": text(body.get("name")),
        "version": text(body.get("version")),
        "description": text(body.get("description")),
        "licence": text(body.get("license")),
        "repository": text(url),
        "dependencies": {k: v for k, v in dependencies.items() if isinstance(v, str)},
        "entry_points": tuple(s for s in starts if isinstance(s, str)),
    }
