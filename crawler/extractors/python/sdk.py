"""What the SDKs' own functions and methods do: register tools, mount servers, make tool objects."""

from crawler.extractors.python.comprehensions import elements
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.mapped import MAPPINGS, mapped_tools
from crawler.extractors.python.sdk_names import is_tool_class, server_kind
from crawler.extractors.python.server import Mount, Registration, Server
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    Function,
    Guarded,
    Instance,
    Made,
    Partial,
    Place,
    Rest,
    Unknown,
    Value,
)
from crawler.extractors.python.visibility import change_of

DECORATOR = "fastmcp.<decorator>"
_PASSED_ON = frozenset({"fn", "func", "function", "name_or_fn"})


def server_method(  # noqa: PLR0913
    run: Interpreter, server: Server, name: str, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value:
    """Call a method of a server."""
    if name == "tool":
        return _tool(run, server, args, kwargs, place)
    if name in ("add_tool", "_add_tool", "register_tool", "add_tool_from_fn"):
        _add_tool(run, server, args, kwargs, place)
        return args[0] if args else None
    if name in (
        "list_tools",
        "call_tool",
        "prompt",
        "resource",
        "get_prompt",
        "custom_route",
        "list_prompts",
        "list_resources",
    ):
        if name == "prompt":
            server.prompts += not run.muted
        elif name == "resource":
            server.resources += not run.muted
        return Made(DECORATOR, [], {}, place, {"server": server, "method": name})
    if name == "add_request_handler":
        _handles(run, server, args, kwargs, place)
        return None
    if name in ("mount", "import_server"):
        _mount(run, server, args, kwargs, place)
        return None
    if name == "add_provider":
        value = run.first(args[0]) if args else None
        if isinstance(value, Server):
            _mount(run, server, args, {"prefix": kwargs.get("namespace")}, place)
        else:
            _unresolved(run, server, "provider", place)
        return None
    if name == "run":
        _transport(run, args, kwargs)
        return None
    if name.startswith("run_"):
        run.transports.update(t for mark, t in _RUNNERS.items() if mark in name)
        return None
    if name in ("sse_app", "streamable_http_app", "http_app"):
        run.transports.add("sse" if name == "sse_app" else "streamable-http")
        return Made("starlette.app", [], {}, place)
    if name in ("remove_tool", "disable", "enable"):
        change = change_of(run, name, args, kwargs, place) if not run.muted else None
        if change is not None:
            server.changes.append(change)
        return None
    if name in ("from_openapi", "from_fastapi", "as_proxy", "create_proxy"):
        return external_server(run, name, args, kwargs, place)
    return Unknown("server-method", text=name)


def _handles(run: Interpreter, server: Server, args: list[Value], kwargs: dict[str, Value], place: Place) -> None:
    """Note a handler that a low-level server is given for a protocol method."""
    method = run.first(args[0] if args else kwargs.get("method"))
    handler = run.first(args[-1] if len(args) > 1 else kwargs.get("handler"))
    if run.muted or not isinstance(method, str):
        return
    if method == "tools/list":
        server.registrations.append(Registration("listing", handler, {}, place, tuple(run.guards), "lowlevel"))
    elif method == "tools/call" and isinstance(handler, Function):
        server.attributes["<call_tool>"] = handler


_RUNNERS = {"stdio": "stdio", "sse": "sse", "http": "streamable-http"}


def _transport(run: Interpreter, args: list[Value], kwargs: dict[str, Value]) -> None:
    value = run.force(kwargs.get("transport", args[0] if args else "stdio"))
    options = value.options if isinstance(value, Choice) else (value,)
    for option in options:
        text = run.first(option)
        if isinstance(text, str):
            run.transports.add({"http": "streamable-http"}.get(str(text), str(text)))


def _tool(run: Interpreter, server: Server, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    target = run.first(args[0]) if args else MISSING
    for key in _PASSED_ON:
        if target is MISSING and key in kwargs:
            target = run.first(kwargs[key])
            kwargs = {k: v for k, v in kwargs.items() if k != key}
    if isinstance(target, (Function, Partial, Class)) or (isinstance(target, Instance) and not target.member):
        register(run, server, target, kwargs, place)
        return args[0] if args else target
    said = dict(kwargs)
    if target is not MISSING and target is not None:
        said.setdefault("name", args[0])
    if len(args) > 1:
        said.setdefault("description" if server.kind != "fastmcp" else "name", args[1])
    return Made(DECORATOR, [], said, place, {"server": server, "method": "tool"})


def _add_tool(run: Interpreter, server: Server, args: list[Value], kwargs: dict[str, Value], place: Place) -> None:
    target = args[0] if args else next((kwargs[k] for k in (*_PASSED_ON, "tool") if k in kwargs), MISSING)
    said = {k: v for k, v in kwargs.items() if k not in _PASSED_ON and k != "tool"}
    for key, value in zip(
        ("name", "title", "description", "annotations") if server.kind == "official" else ("name", "description"),
        args[1:],
        strict=False,
    ):
        said.setdefault(key, value)
    if target is not MISSING:
        register(run, server, target, said, place)


def register(run: Interpreter, server: Server, target: Value, said: dict[str, Value], place: Place) -> None:
    """Note a tool: of a function, or of an object that describes one."""
    if run.muted:
        return
    value = run.first(target)
    if run.unsure and not _named(run, value, said):
        server.registrations.append(
            Registration("unresolved", value, said, place, tuple(run.guards), server.kind, "loop-over-unknown")
        )
        return
    kind = "function" if isinstance(value, (Function, Partial)) else "object"
    if isinstance(value, Unknown):
        kind = "function" if isinstance(run.first(said.get("name")), str) else "unresolved"
    server.registrations.append(Registration(kind, value, said, place, tuple(run.guards), server.kind))


def _named(run: Interpreter, value: Value, said: dict[str, Value]) -> bool:
    given = run.first(said.get("name"))
    return isinstance(given, str) or (given is None and isinstance(value, Function))


def _unresolved(run: Interpreter, server: Server, reason: str, place: Place) -> None:
    server.registrations.append(Registration("unresolved", None, {}, place, tuple(run.guards), server.kind, reason))


def _mount(run: Interpreter, server: Server, args: list[Value], kwargs: dict[str, Value], place: Place) -> None:
    """Mount in either order of arguments: (prefix, server) of early FastMCP, (server, prefix) later."""
    given = [run.force(a) for a in args]
    inner = next((s for s in (_as_server(run, g) for g in (*given, kwargs.get("server"))) if s is not None), None)
    prefix: Value = kwargs.get("prefix", kwargs.get("namespace"))
    for value in given:
        text = run.first(value)
        if isinstance(text, str) and prefix is None:
            prefix = value
    if inner is not None:
        if inner is not server:
            server.mounts.append(Mount(inner, prefix, tuple(run.guards), place, kwargs.get("tool_names")))
    elif any(isinstance(g, Unknown) for g in given):
        _unresolved(run, server, "mounted-server-unknown", place)


def _as_server(run: Interpreter, value: Value) -> Server | None:
    value = run.first(value)
    if isinstance(value, Instance):
        value = value.attributes.get("<server>")
    return value if isinstance(value, Server) else None


def assumed_server(run: Interpreter, owner: Unknown, place: Place) -> Server | None:
    """Return the server that an unknown value must be, since tools are registered on it; None without an SDK."""
    if owner.reason in ("undefined", "no-attribute") or not run.uses_sdk:
        return None
    server = run.assumed.get(place.file)
    if server is None:
        server = run.assumed[place.file] = Server(run.main_sdk, None, place, assumed=True)
        run.servers.append(server)
    return server


def external_server(run: Interpreter, name: str, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Return a server whose tools come from elsewhere: an OpenAPI document, or another server at run time."""
    server = Server("fastmcp", kwargs.get("name"), place, guards=tuple(run.guards))
    mapped = not MAPPINGS.isdisjoint(kwargs)
    tools = mapped_tools(run, args, kwargs, place) if mapped and name == "from_openapi" else None
    kind, reason = ("openapi", "") if tools is not None else ("unresolved", "openapi-mapped" if mapped else "openapi")
    reason = reason if "api" in name else "proxy"
    server.registrations.append(Registration(kind, tools, {}, place, tuple(run.guards), "fastmcp", reason))
    run.servers.append(server)
    return server


def call_external(run: Interpreter, path: str, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Call something of an SDK that is not a server's method; MISSING where nothing special is known."""
    last = path.rpartition(".")[2]
    if path == f"{DECORATOR}()":
        return MISSING
    if last in ("from_openapi", "from_fastapi", "as_proxy", "create_proxy") and path.startswith("fastmcp."):
        return external_server(run, last, args, kwargs, place)
    if last == "from_function" and "ool" in path:
        target = args[0] if args else next((kwargs[k] for k in _PASSED_ON if k in kwargs), None)
        said = {k: v for k, v in kwargs.items() if k not in _PASSED_ON}
        for key, value in zip(("name",), args[1:], strict=False):
            said.setdefault(key, value)
        return Made("fastmcp.<tool>", [target], said, place)
    if path in ("fastmcp.tools.tool", "fastmcp.tools.function_tool.tool", "fastmcp.contrib.mcp_mixin.mcp_tool"):
        function = run.first(args[0]) if args else None
        if isinstance(function, Function):
            return function
        return Made(DECORATOR, [], kwargs, place, {"server": None, "method": "mark"})
    return MISSING


def apply_decorator(
    run: Interpreter, decorator: Made, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value:
    """Apply what `@server.tool(…)`, `@server.list_tools()` and their like returned."""
    server, method = decorator.attributes.get("server"), decorator.attributes.get("method")
    target = args[0] if args else next(iter(kwargs.values()), None)
    function = run.first(target)
    if run.muted or not isinstance(server, Server):
        return target
    if method == "tool":
        said = decorator.kwargs
        if isinstance(function, Made) and function.path.startswith("builtins.") and function.args:
            function = run.first(function.args[0])
        register(run, server, function, said, decorator.place)
    elif method == "list_tools":
        server.registrations.append(Registration("listing", function, {}, place, tuple(run.guards), "lowlevel"))
    elif method == "call_tool" and isinstance(function, Function):
        server.attributes["<call_tool>"] = function
    return target


def listed(run: Interpreter, registration: Registration) -> list[Value]:
    """Run a handler that lists tools and return what it lists."""
    kept, run.guards = run.guards, []
    run.listing = True
    try:
        target = registration.target
        result = run.first(run.call(target, [], {}, registration.place)) if target is not None else None
        if isinstance(result, Made) and result.path.endswith(("ListToolsResult", "ServerResult")):
            inner = result.kwargs.get("tools", result.kwargs.get("root", result.args[0] if result.args else None))
            result = run.first(inner)
            if isinstance(result, Made):
                result = run.first(result.kwargs.get("tools"))
        return elements(run, result)
    finally:
        run.guards, run.listing = kept, False


__all__ = [
    "Guarded",
    "Rest",
    "apply_decorator",
    "call_external",
    "is_tool_class",
    "listed",
    "register",
    "server_kind",
    "server_method",
]
