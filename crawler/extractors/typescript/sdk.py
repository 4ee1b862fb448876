"""Which calls register tools: the SDKs' methods, in every overload, and their own code inside bundles told apart."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import ir, members
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.conditions import decisive
from crawler.extractors.typescript.evaluate import UNHANDLED, CallSite
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.resolve import package_name
from crawler.extractors.typescript.schema import Schema, resolve
from crawler.extractors.typescript.tools import Draft, Key, Site, ToolSink, is_callable
from crawler.extractors.typescript.values import (
    Arr,
    Choice,
    Cls,
    Fn,
    Guarded,
    Native,
    Obj,
    Text,
    Thrown,
    Unknown,
    likely,
    options,
)
from mcp_catalogue.model import Condition, MayHaveMore

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_LIST: Final = "tools/list"
_METHODS = frozenset({"registerTool", "tool", "addTool", "addTools", "setRequestHandler"})
_INDIRECT = frozenset({"call", "apply"})
_INHERITED: Final = Unknown("inherited", "method")
"""What an SDK's own method looks like on an object of the project."""
_OTHERS = {"registerPrompt": "prompts", "prompt": "prompts", "addPrompt": "prompts", "registerResource": "resources",
           "resource": "resources", "addResource": "resources", "addResourceTemplate": "resources"}  # fmt: skip
_SDKS = frozenset({"fastmcp", "mcp-framework", "litemcp", "easy-mcp", "@mcp-framework/core", "mcp-proxy", "mcp-remote"})
_SDK_SHAPES = (
    frozenset({"registerTool", "registerPrompt"}),
    frozenset({"tool", "prompt", "resource"}),
    frozenset({"setRequestHandler", "setNotificationHandler"}),
    frozenset({"addTool", "addPrompt", "addResource"}),
)
"""Method names that no minifier changes and that only an SDK's server class has together."""


@dataclass(slots=True)
class Handler:
    """A list handler, evaluated when everything is registered."""

    function: Any
    guards: tuple[Condition, ...]
    site: Site


@dataclass(slots=True)
class Registrations(ToolSink):
    """What was registered so far; told of every method call by the evaluator."""

    ev: "Evaluator | None" = None
    listers: list[Handler] = field(default_factory=list)
    callers: list[Any] = field(default_factory=list)
    visited: set[tuple[str, int]] = field(default_factory=set)
    prompts: int = 0
    resources: int = 0
    counted: set[tuple[str, int]] = field(default_factory=set)
    settled: set[tuple[str, int]] = field(default_factory=set)
    server_name: str | None = None
    elsewhere: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)  # packages whose servers were given their tools

    def made(self, callee: Any, args: list[Any]) -> None:  # noqa: ANN401
        """Note the name that a server is constructed with, and packages that make servers."""
        spec = callee.spec if isinstance(callee, Unknown) else "mcp"
        if spec is None or ("mcp" not in spec.lower() and "modelcontextprotocol" not in spec):
            return
        info = likely(args[0]) if args else None
        name = likely(info.props.get("name")) if isinstance(info, Obj) else None
        if isinstance(name, str) and self.server_name is None and name:
            self.server_name = str(name)
        if isinstance(callee, Unknown):
            self.reached(spec)
            if isinstance(info, Obj) and "tools" in info.props:
                self.told.add(package_name(spec))
                self._given(info)

    def _given(self, info: Obj) -> None:
        """Add the tools that a server is made with: a list, or a table by name."""
        assert self.ev is not None  # noqa: S101 (set when the evaluator is made)
        tools = likely(members.get(self.ev, info, "tools"))
        file, line = info.places.get("tools") or info.place or ("", 1)
        site = Site(file, line)
        if isinstance(tools, Arr):
            for item in tools.items:
                self.object_tool(self.ev, item, site)
        elif isinstance(tools, Obj):
            for key in list(tools.props):
                item = members.get(self.ev, tools, key)
                draft = from_object(self.ev, likely(item))
                place = tools.places.get(key, (file, line))
                draft.name = key if isinstance(key, Text) else Text(key, *place)
                self.add(self.ev, draft, Site(*place))

    def reached(self, spec: str) -> None:
        """Note a package, other than an SDK, through which tools may be registered."""
        package = package_name(spec)
        if "mcp" in spec.lower() and not package.startswith("@modelcontextprotocol/") and package not in _SDKS:
            self.elsewhere.add(package)

    def foreign(self, cls: Cls) -> bool:
        """Whether a class is a copy of an SDK's server, or inherits from one only inside the bundle."""
        return is_sdk_class(cls)

    def interesting(self, function: Fn) -> bool:  # noqa: ARG002
        """Every callback may register something."""
        return True

    def intercept(self, site: CallSite) -> Any:  # noqa: ANN401
        """Handle a registration; leave other calls alone."""
        name = site.name
        if name in _INDIRECT and isinstance(site.callee, Unknown):
            site = self._direct(site)
            name = site.name
        if name not in _METHODS:
            if name in _OTHERS and site.args and is_server(site.receiver, site.callee):
                self._count(_OTHERS[name], site)
            return UNHANDLED
        if (site.module.path, site.pos) in self.settled:
            return Unknown("registered", f"{name}(…)")
        self.visited.add((site.module.path, site.pos))
        if not is_server(site.receiver, site.callee):
            return UNHANDLED
        before = len(self.order)
        handled = self._register(site)
        return self._registered(self.order[before:], site) if handled else UNHANDLED

    def _direct(self, site: CallSite) -> CallSite:
        """See `Server.prototype.registerTool.call(this, …)` as `this.registerTool(…)`."""
        method = site.callee.text.rpartition(".")[0].rpartition(".")[2]
        if method not in _METHODS or not site.args or self.ev is None:
            return site
        given = site.args[1:] if site.name == "call" else list(members.to_array(self.ev, site.args[-1]).items)
        get = ir.Get(method, False, site.line, site.pos)  # noqa: FBT003
        link = ir.Call([], False, site.line, site.end_line, site.pos)  # noqa: FBT003
        return CallSite(site.args[0], _INHERITED, given, get, link, site.module)

    def _registered(self, keys: list[Key], site: CallSite) -> Obj:
        """What `registerTool` returns: `disable()` takes the tool out until it is enabled."""
        held = tuple(self.ev.guards) if self.ev is not None else ()

        def disable(ev: "Evaluator", _: Any, __: list[Any], ___: int) -> Any:  # noqa: ANN401
            self.disable(keys, decisive([g for g in ev.guards if g not in held]), site.module.path, site.line)
            return UNDEFINED

        def enable(_: "Evaluator", __: Any, ___: list[Any], ____: int) -> Any:  # noqa: ANN401
            return UNDEFINED

        props = {"disable": Native("disable", disable), "enable": Native("enable", enable)}
        return Obj(props, open=Unknown("registered", f"{site.name}(…)"))

    def _count(self, what: str, site: CallSite) -> None:
        key = (site.module.path, site.pos)
        if key not in self.counted:
            self.counted.add(key)
            setattr(self, what, getattr(self, what) + 1)

    def _register(self, site: CallSite) -> bool:
        assert self.ev is not None  # noqa: S101 (set when the evaluator is made)
        where = Site(site.module.path, site.line, server_guards(site.receiver))
        args = site.args
        if site.name == "setRequestHandler":
            return self._handler(args, where)
        if site.name == "addTools":
            for item in members.to_array(self.ev, args[0] if args else UNDEFINED).items:
                self.object_tool(self.ev, item, where)
            return True
        drafts = _drafts(self.ev, site.name, args)
        for draft in drafts:
            self.add(self.ev, draft, where)
        return bool(drafts)

    def _handler(self, args: list[Any], where: Site) -> bool:
        assert self.ev is not None  # noqa: S101
        if len(args) > 1 and _is_call(args[0]):
            self.callers.append(args[-1])
        elif len(args) > 1 and _method_of(self.ev, args[0]) == _LIST:
            self.listers.append(Handler(args[-1], tuple(self.ev.guards), where))
        return True

    def finish(self, ev: "Evaluator") -> None:
        """Evaluate the list handlers."""
        done: set[tuple[str, int]] = set()
        # What a server does by default first: it is what stays of a tool that is listed in several ways.
        for handler in sorted(self.listers, key=lambda h: any(g.default_on is False for g in h.guards)):
            ev.guards = list(handler.guards)
            before, made = len(self.unresolved), len(self.order)
            try:
                count = 2
                result = call(ev, handler.function, UNDEFINED, [Unknown("argument", "request") for _ in range(count)])
            except Thrown:
                result = Unknown("throws", "handler")
            self._listed(ev, result, handler.site)
            if len(self.order) > made:
                done.add((handler.site.file, handler.site.line))
            elif len(self.unresolved) == before:
                self.unknown(handler.site, "list-not-evaluated", "")
            ev.guards = []
        self.listers.clear()
        # One server may set its handler up in several ways: where one way was read, the others add nothing.
        for file, line in done:
            self.unresolved.pop((file, line, "list-not-evaluated"), None)
            if self.more is not None and (self.more.file, self.more.line) == (file, line):
                self.more = None

    def _listed(self, ev: "Evaluator", result: Any, site: Site) -> None:  # noqa: ANN401
        for option, guard in options(result):
            with ev.under(guard):
                if isinstance(option, Unknown):
                    self.unknown(site, "list-not-evaluated", option.text)
                    self._later(site, option)
                    continue
                listed = members.get(ev, option, "tools")
                array = members.to_array(ev, listed)
                for item in array.items:
                    self.object_tool(ev, item, site)
                if array.open is not None:
                    self.unknown(site, "items-not-constant" if array.items else "list-not-evaluated", array.open.text)
                    self._later(site, array.open)

    def _later(self, site: Site, value: Unknown) -> None:
        if self.more is None:
            self.more = MayHaveMore(
                file=site.file, line=site.line, reason=f"tools come from {value.text or value.reason}"[:200]
            )

    def object_tool(self, ev: "Evaluator", item: Any, site: Site) -> None:  # noqa: ANN401
        """Add a tool that is given as one object."""
        guard = item.guard if isinstance(item, Guarded) else None
        inner = item.value if isinstance(item, Guarded) else item
        with ev.under(guard):
            for option, own in options(inner):
                with ev.under(own):
                    self.add(ev, from_object(ev, option), site)


def from_object(ev: "Evaluator", value: Any) -> Draft:  # noqa: ANN401
    """Read a tool's parts from one object."""
    if not isinstance(value, Obj | Cls | Fn):
        return Draft(name=value if isinstance(value, Unknown) else Unknown("not-an-object"))

    def part(*names: str) -> Any:  # noqa: ANN401
        for name in names:
            found = members.get(ev, value, name)
            if found is not UNDEFINED and not (isinstance(found, Unknown) and found.reason == "inherited"):
                return found
        return UNDEFINED

    handler = part("handler", "execute", "callback", "cb", "run", "handle", "call", "fn")
    if isinstance(handler, Fn) and isinstance(value, Obj) and not handler.node.arrow:
        handler = Fn(handler.node, handler.scope, value, handler.home)  # a method keeps its object
    return Draft(
        name=part("name"),
        title=part("title"),
        description=part("description"),
        schema=part("inputSchema", "parameters", "input_schema", "schema", "paramsSchema", "args"),
        output=part("outputSchema"),
        annotations=part("annotations"),
        handler=handler,
        fallback=value.place if isinstance(value, Obj) else None,
    )


def _drafts(ev: "Evaluator", method: str, args: list[Any]) -> list[Draft]:
    if not args:
        return []
    first = args[0]
    if isinstance(first, Choice) and all(isinstance(v, Obj) for v, _ in first.options):
        return [from_object(ev, v) for v, _ in first.options]
    if isinstance(first, Obj | Cls) and not is_callable(first):
        has_name = members.get(ev, first, "name") is not UNDEFINED
        return [from_object(ev, first)] if has_name and method != "tool" else []
    if len(args) < 2:
        return [Draft(name=first)] if method == "addTool" and isinstance(first, Unknown) else []
    name, *rest = args
    if isinstance(likely(name), Arr | Fn | Schema | int | bool):
        return []
    config = likely(rest[0])
    if method == "registerTool" or (len(rest) == 1 and isinstance(config, Obj) and _is_config(config)):
        draft = from_object(ev, config) if isinstance(config, Obj) else Draft(name=name)
        draft.name = name
        if is_callable(rest[-1]) and len(rest) > 1:
            draft.handler = rest[-1]
        if not isinstance(config, Obj):
            draft.schema = draft.description = Unknown("not-constant", "config")
        return [draft]
    return [_overload(ev, name, rest)] if is_callable(rest[-1]) else []


def _is_config(config: Obj) -> bool:
    return any(k in config.props for k in ("description", "inputSchema", "parameters", "handler", "execute"))


def _overload(ev: "Evaluator", name: Any, rest: list[Any]) -> Draft:  # noqa: ANN401
    """`tool(name, description?, shape?, annotations?, callback)`."""
    draft = Draft(name=name, handler=rest[-1])
    middle = rest[:-1]
    if (middle and (isinstance(likely(middle[0]), str) or (isinstance(middle[0], Unknown) and len(middle) > 1))) or (
        middle and isinstance(middle[0], Unknown)
    ):
        draft.description = middle.pop(0)
    if not middle:
        return draft
    # A raw shape holds schemas; an object of anything else is the annotations (the SDK tells them apart the same way).
    first = likely(middle[0])
    if len(middle) == 1 and isinstance(first, Obj) and first.props and not _is_shape(ev, first):
        hints = {"title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        if set(first.props) <= hints:
            draft.annotations = first
            return draft
    draft.schema = middle[0]
    if len(middle) > 1:
        draft.annotations = middle[1]
    return draft


def _is_shape(ev: "Evaluator", value: Obj) -> bool:
    return any(isinstance(resolve(ev, v), Schema | Unknown) for v in value.props.values())


def _is_call(value: Any) -> bool:  # noqa: ANN401
    """Whether a request schema or a string stands for `tools/call`."""
    value = likely(value)
    if isinstance(value, Unknown):
        return (value.path or value.text).rpartition(".")[2] == "CallToolRequestSchema"
    return isinstance(value, str) and value == "tools/call"


def _method_of(ev: "Evaluator", value: Any) -> str | None:  # noqa: ANN401
    """Return the protocol method that a request schema or a string stands for."""
    value = likely(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Unknown):
        name = value.path.rpartition(".")[2] or value.text.rpartition(".")[2]
        return _LIST if name == "ListToolsRequestSchema" else None
    if isinstance(value, Schema):
        method = resolve(ev, value.shape.get("method"))
        found = method.extra.get("const") if isinstance(method, Schema) else None
        return found if isinstance(found, str) else None
    return None


def is_server(receiver: Any, callee: Any) -> bool:  # noqa: ANN401
    """Whether a method call is on an SDK's server, or on something that cannot be told from one."""
    if isinstance(callee, Fn):
        return callee.home is not None and is_sdk_class(callee.home)
    if isinstance(receiver, Guarded):
        receiver = receiver.value
    if isinstance(receiver, Choice):
        return any(is_server(v, None) for v, _ in receiver.options)
    if isinstance(receiver, Unknown):
        return receiver.spec is None or "mcp" in receiver.spec.lower() or "modelcontextprotocol" in receiver.spec
    if isinstance(receiver, Obj):
        return isinstance(callee, Unknown)
    return False


def is_sdk_class(cls: Cls) -> bool:
    """Whether a class of the project is a copy of an SDK's server."""
    names = cls.methods.keys()
    if len(names) < 5 or not any(shape <= names for shape in _SDK_SHAPES):
        return False
    return "connect" in names or "close" in names or "start" in names or "setNotificationHandler" in names


def server_guards(receiver: Any) -> tuple[Condition, ...]:  # noqa: ANN401
    """Return the conditions under which the server itself was made."""
    if isinstance(receiver, Guarded):
        receiver = receiver.value
    if isinstance(receiver, Choice):
        return tuple(g for v, own in receiver.options for g in (*server_guards(v), *([own] if own else ())))
    return receiver.guards if isinstance(receiver, Unknown | Obj) else ()
