"""The conversation: streamable HTTP first, the older SSE transport otherwise, both eras of the protocol.

It needs the official SDK (`pip install 'mcp-catalogue[probe]'`). Nothing but what the caller passes in
`headers` is sent as a credential; no tool is ever called.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from crawler.extract import finish_tools
from crawler.http import BlockedAddressError, Guard, redact
from crawler.manifest import read_tools
from crawler.targets import Remote, parse_reference
from mcp_catalogue.errors import FetchError, TargetError
from mcp_catalogue.model import (
    Completeness,
    MayHaveMore,
    Origin,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Unreadable,
)

if TYPE_CHECKING:
    from mcp import Client

MIB = 1024 * 1024
_PLACE = "tools/list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeLimits:
    """Seconds for the whole conversation, bytes received, pages and tools."""

    seconds: float = 60.0
    received: int = 32 * MIB
    pages: int = 200
    tools: int = 10_000


_LIMITS = ProbeLimits()


@dataclass(slots=True)
class _Heard:
    """What a server said, filled page by page, so that a broken conversation keeps what came before."""

    tools: list[Any] = field(default_factory=list)
    name: str | None = None
    version: str | None = None
    instructions: str | None = None
    transport: str = "streamable-http"
    problem: str | None = None
    finished: bool = False


def probe(
    url: str, *, headers: Mapping[str, str] | None = None, guard: Guard | None = None, limits: ProbeLimits = _LIMITS
) -> ServerFacts:
    """Return what the server at `url` lists. Raises `TargetError`, or `FetchError` where it lists nothing."""
    if find_spec("mcp") is None:
        raise FetchError("asking a remote server needs the MCP SDK: pip install 'mcp-catalogue[probe]'")
    address = _address(url, guard or Guard())
    heard = asyncio.run(_conversation(address, dict(headers or {}), guard or Guard(), limits))
    if heard.problem and not heard.tools:
        raise FetchError(f"{redact(address)}: {heard.problem}")
    return _facts(address, heard)


def _address(url: str, guard: Guard) -> str:
    if guard.allow_private and url.startswith("http://"):
        return url  # a company's own server inside its own network
    target = parse_reference(url)
    if not isinstance(target, Remote):
        raise TargetError(f"{redact(url)}: not the https address of a remote server")
    return target.url


def _facts(url: str, heard: _Heard) -> ServerFacts:
    tools, unresolved = read_tools(heard.tools, file=_PLACE, origin=Origin.PROTOCOL)
    done = finish_tools(replace(tool, location=None) for tool in tools)
    unreadable = (Unreadable(file=_PLACE, reason="interrupted", detail=heard.problem),) if heard.problem else ()
    return ServerFacts(
        id=ServerId(url),
        name=heard.name or url.partition("//")[2],
        description=heard.instructions,
        version=heard.version,
        source=Source(kind=SourceKind.PROBE, url=url),
        extractors=("probe",),
        completeness=Completeness(
            status=Status.PARTIAL if unreadable or unresolved else Status.COMPLETE,
            enumerated=len(done),
            unresolved=tuple(unresolved),
            unreadable=unreadable,
            may_have_more=MayHaveMore(file=_PLACE, line=1, reason="a server may list other tools to other users"),
        ),
        tools=done,
        server_name=heard.name,
        transports=(heard.transport,),
    )


async def _conversation(url: str, headers: dict[str, str], guard: Guard, limits: ProbeLimits) -> _Heard:
    heard = _Heard()
    try:
        async with asyncio.timeout(limits.seconds):
            problems = []
            for heard.transport in ("streamable-http", "sse"):
                heard.problem = await _attempt(url, headers, guard, limits, heard)
                if heard.tools or heard.problem is None:
                    return heard
                problems.append(f"{heard.transport}: {heard.problem}")
            heard.problem = "; ".join(problems)
    except TimeoutError:
        heard.problem = f"did not finish within {limits.seconds:.0f} s"
    return heard


async def _attempt(url: str, headers: dict[str, str], guard: Guard, limits: ProbeLimits, heard: _Heard) -> str | None:
    """Converse over `heard.transport`; answer what went wrong, or None."""
    try:
        await _listen(url, headers, guard, limits, heard)
    except TimeoutError:
        raise
    except Exception as error:
        leaf = _leaf(error)
        if isinstance(leaf, BlockedAddressError):
            raise leaf from error
        # What breaks while the connection closes takes nothing from a list that has come to its end.
        return None if heard.finished else _reason(leaf)
    return heard.problem


async def _listen(url: str, headers: dict[str, str], guard: Guard, limits: ProbeLimits, heard: _Heard) -> None:
    from crawler.probe.connection import connected  # noqa: PLC0415 - imports the SDK, an optional extra

    async with connected(url, headers, guard, limits.received, heard.transport) as client:
        info = client.server_info
        heard.name, heard.version = (info.name, info.version) if info else (None, None)
        heard.instructions = client.instructions
        async for page in _pages(client, limits):
            heard.tools += page
            if len(heard.tools) > limits.tools:
                heard.problem = f"lists more than {limits.tools} tools"
                return
        heard.finished = True


async def _pages(client: "Client", limits: ProbeLimits) -> AsyncIterator[list[Any]]:
    cursor: str | None = None
    seen: set[str] = set()
    for _ in range(limits.pages):
        result = await client.list_tools(cursor=cursor)
        yield [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in result.tools]
        cursor = result.next_cursor
        if not cursor or cursor in seen:
            return
        seen.add(cursor)


def _leaf(error: BaseException) -> BaseException:
    """Return the first plain exception inside what the SDK's task groups raise."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _reason(error: BaseException) -> str:
    if isinstance(error, FetchError):
        return str(error)
    text = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
