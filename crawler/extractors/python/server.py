"""A server as an abstract value, and what was registered on it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.extractors.python.guards import Guard
from crawler.extractors.python.sdk_names import server_kind
from crawler.extractors.python.values import Function, Place, Value

if TYPE_CHECKING:
    from crawler.extractors.python.interpreter import Interpreter
    from crawler.extractors.python.visibility import Change


@dataclass(slots=True, eq=False)
class Registration:
    """One registration: a function with what was said of it, or an object, or a handler that lists tools."""

    kind: str  # function | object | listing | openapi | unresolved
    target: Value
    kwargs: dict[str, Value]
    place: Place
    guards: tuple[Guard, ...]
    sdk: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """What a call of a tool runs: its own function, or the server's dispatcher with the tool's name."""

    name: str
    function: Value = None
    dispatcher: Value = None


@dataclass(slots=True, eq=False)
class Mount:
    """A server mounted in another one."""

    server: Value
    prefix: Value
    guards: tuple[Guard, ...]
    place: Place
    renamed: Value = None


@dataclass(slots=True, eq=False)
class Server:
    """A server object, made by an SDK's constructor or assumed for an unknown value that tools are registered on."""

    kind: str  # official | fastmcp | lowlevel
    name: Value
    place: Place
    assumed: bool = False
    uncalled: bool = False  # made in a function whose caller is out of sight
    attributes: dict[str, Value] = field(default_factory=dict)
    registrations: list[Registration] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)
    guards: tuple[Guard, ...] = ()  # under which it was made
    changes: list["Change"] = field(default_factory=list)  # tools hidden, or shown again
    prompts: int = 0
    resources: int = 0

    @staticmethod
    def of(path: str, args: list[Value], kwargs: dict[str, Value], place: Place, run: "Interpreter") -> "Server":
        """Make the server that calling the class at `path` gives, and note it."""
        name = args[0] if args else kwargs.get("name")
        server = Server(server_kind(path) or "official", name, place, guards=tuple(run.guards), uncalled=run.orphan)
        if "on_call_tool" in kwargs:
            server.attributes["<call_tool>"] = run.first(kwargs["on_call_tool"])
        for key in ("on_list_tools",):
            handler = run.first(kwargs[key]) if key in kwargs else None
            if handler is not None:
                server.registrations.append(Registration("listing", handler, {}, place, tuple(run.guards), "lowlevel"))
        tools = run.first(kwargs.get("tools"))
        if isinstance(tools, (list, tuple)):
            for tool in tools:
                kind = "function" if isinstance(run.first(tool), Function) else "object"
                server.registrations.append(Registration(kind, tool, {}, place, tuple(run.guards), server.kind))
        run.servers.append(server)
        return server
