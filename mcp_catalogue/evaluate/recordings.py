"""Recordings of what real servers answer to `tools/list`, as files on disk.

A recording is one JSON object with `id`, `ecosystem` (npm, pypi, github), `package`, `version`, `tools` (the
protocol's form), and optionally `commit`, `language`, `sdk`, `oracle` (`tools/list`, `toolsnaps`,
`repo-file`, `readme`), `names_literal_in_package` and `code_in_dependency`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_catalogue.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one server listed, and where its source is published."""

    id: str
    ecosystem: str
    package: str
    version: str
    commit: str | None
    language: str
    sdk: str
    kind: str
    literal_names: int | None
    in_dependency: bool
    tools: Mapping[str, Mapping[str, Any]]

    @property
    def target(self) -> str:
        """The target to read: an exact version, or a repository at a commit."""
        if self.ecosystem == "github":
            return f"pkg:github/{self.package}" + (f"@{self.commit}" if self.commit else "")
        return f"{self.ecosystem}:{self.package}@{self.version}"

    @property
    def names_only(self) -> bool:
        """Whether only the names can be relied on (read from a README)."""
        return self.kind == "readme"

    @property
    def code_published(self) -> bool:
        """Whether the tools' own code is in the published package, rather than a dependency or a binary."""
        return not self.in_dependency and self.literal_names != 0


def read_recordings(folder: Path) -> Iterator[Recording]:
    """Yield the recordings in `folder` or its `servers/`, by file name. Raises `DataError` where there are none."""
    inner = folder / "servers"
    paths = sorted((inner if inner.is_dir() else folder).glob("*.json"))
    if not paths:
        raise DataError(f"{folder}: no recordings (*.json) here or in {inner.name}/")
    for path in paths:
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            yield Recording(
                id=str(body.get("id") or path.stem),
                ecosystem=body["ecosystem"],
                package=body["package"],
                version=str(body["version"]),
                commit=body.get("commit"),
                language=body.get("language") or "unknown",
                sdk=body.get("sdk") or "unknown",
                kind=body.get("oracle") or "tools/list",
                literal_names=body.get("names_literal_in_package"),
                in_dependency=bool(body.get("code_in_dependency")),
                tools={tool["name"]: tool for tool in reversed(body["tools"])},
            )
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}: not a recording ({error!r})") from error
