"""What an extractor gets and gives.

An extractor is a pure function of a `Project`: it reads bytes, evaluates syntax trees, and never imports,
builds or runs anything. It answers None where the project holds no MCP server in its language. Whatever it
cannot evaluate it returns as `Unresolved`; a file it cannot parse as `Unreadable`; it raises nothing for a
bad input.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from crawler.tree import SourceTree
from mcp_catalogue.model import MayHaveMore, Requirement, Tool, Unreadable, Unresolved

_NAME = re.compile(rb"(?<!me)mcp")  # not C's function that copies memory
_PROTOCOL = re.compile(rb"model.?context")


@dataclass(frozen=True, kw_only=True)
class Project:
    """One package inside a tree: a folder with a manifest of its own, without the packages nested in it.

    `root` is the folder ("" for the tree's top). `own` are its paths, noise (tests, examples, vendored and
    generated code, type stubs) already left out; imports may still lead an extractor to any path of `tree`.
    `dependencies` maps a declared dependency's name to its version requirement as written.
    """

    tree: SourceTree
    root: str
    own: tuple[str, ...]
    name: str | None = None
    version: str | None = None
    description: str | None = None
    licence: str | None = None
    repository: str | None = None
    ecosystem: str | None = None  # npm | pypi | golang | cargo | nuget | maven | None
    dependencies: Mapping[str, str] = field(default_factory=dict)
    entry_points: tuple[str, ...] = ()  # paths or modules that the manifest starts, as written

    @cached_property
    def own_set(self) -> frozenset[str]:
        """The paths of `own`, for membership."""
        return frozenset(self.own)

    @cached_property
    def mentions_mcp(self) -> bool:
        """Whether any own file mentions the protocol: without that no code serves it, and none need be looked into."""
        return any(mentions_mcp(self.tree.read(path) or b"") for path in self.own)


def mentions_mcp(data: bytes) -> bool:
    """Tell whether a file mentions the protocol, in whatever spelling; plain searches first, they are the fastest."""
    low = data.lower()
    return (
        (b"mcp" in low and _NAME.search(low) is not None)
        or b"tools/list" in low
        or (b"context" in low and _PROTOCOL.search(low) is not None)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What one extractor read from one project.

    `tools` carry no digest, variant or language yet: `crawler.extract` adds them. `wants` names declared
    dependencies (keys of `Project.dependencies`) whose code registers the tools; the caller may fetch them
    and ask again with `SourceTree.dependencies` filled.
    """

    language: str
    tools: tuple[Tool, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    may_have_more: MayHaveMore | None = None
    wants: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    transports: tuple[str, ...] = ()
    server_name: str | None = None
    prompts: int = 0
    resources: int = 0


class Extractor(Protocol):
    """One language, or one kind of manifest file."""

    @property
    def name(self) -> str:
        """As shown in `provenance.extractors`."""
        ...

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`, or answer None where it holds no MCP server of this extractor's kind."""
        ...
