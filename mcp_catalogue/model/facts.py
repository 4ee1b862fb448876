"""Facts: what a server declares, and what its source shows."""

from dataclasses import dataclass
from typing import Literal

from mcp_catalogue.model.kinds import (
    NO_DIGEST,
    CutReason,
    Digest,
    EffectId,
    JsonObject,
    Origin,
    ServerId,
    SourceKind,
    Status,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was read: its form, its address (without credentials) and its digest."""

    kind: SourceKind
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """The protocol's tool annotations, only what the author set explicitly."""

    title: str | None = None
    readOnlyHint: bool | None = None
    destructiveHint: bool | None = None
    idempotentHint: bool | None = None
    openWorldHint: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A located guard in the code under which alone a tool is registered."""

    kind: Literal["flag", "env", "toolset", "mode", "platform", "auth"]
    expression: str
    default_on: bool | None
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """The line (from 1) where the name, or the function that gives it, stands; a POSIX path inside the tree."""

    file: str
    line: int
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """Lines `start` to `end` (from 1, both included) of the code that a call runs."""

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing the handler's code does to the outside, with the chain of own functions that leads there."""

    id: EffectId
    target: str | None
    file: str
    line: int
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A place where following a handler ended; `detail` is the call as far as it is known."""

    reason: CutReason
    detail: str = ""
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool as declared. `variant` numbers different tools of one name; `digest` covers the definition.

    `effect_lines` are the source lines of `effects`, in their order. `cuts` are the places where its handler could
    not be followed: empty where it was followed whole, None where nothing follows handlers of its kind. Both are
    stored and shown, and no part of an entry.
    """

    name: str
    variant: int | None = None
    title: str | None = None
    description: str | None = None
    description_language: str | None = None
    input_schema: JsonObject | None = None
    output_schema: JsonObject | None = None
    annotations: Annotations = Annotations()
    origin: Origin = Origin.CODE
    condition: Condition | None = None
    location: Location | None = None
    handler: Handler | None = None
    digest: Digest = NO_DIGEST
    effects: tuple[Effect, ...] = ()
    effect_lines: tuple[str, ...] = ()
    cuts: tuple[Cut, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A registration that could not be evaluated; `covers` counts its tools, None when unknown."""

    file: str
    line: int
    reason: str
    detail: str = ""
    covers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that could not be read at all, or only in part."""

    file: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MayHaveMore:
    """The place from which tools can appear at run time."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How much of what the server would list was read."""

    status: Status
    enumerated: int
    unresolved: tuple[Unresolved, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    may_have_more: MayHaveMore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Something the server asks its user for: `kind` is `env`, `argument`, `header` or `file`."""

    kind: str
    name: str
    secret: bool
    required: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """One server as read from one source. The last five fields are stored and shown, not part of an entry.

    Two servers with the same `contents` hold the same code and definitions: forks and copies.
    """

    id: ServerId
    name: str
    title: str | None = None
    description: str | None = None
    version: str | None = None
    language: str | None = None
    aliases: tuple[str, ...] = ()
    repository: str | None = None
    commit: str | None = None
    licence: str | None = None
    source: Source
    extractors: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    completeness: Completeness
    tools: tuple[Tool, ...] = ()
    server_name: str | None = None  # serverInfo.name, as given to the SDK's constructor
    transports: tuple[str, ...] = ()  # stdio, sse, streamable-http
    prompts: int = 0
    resources: int = 0
    contents: Digest | None = None
