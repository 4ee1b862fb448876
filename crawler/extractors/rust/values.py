"""Tools built as values: `Tool::new(…)`, `Tool { … }`, and JSON answers of servers without an SDK."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import end_line, find, line, text
from crawler.extractors.grammar import field as child
from crawler.extractors.rust.common import HINTS, Read, condition
from crawler.extractors.rust.crate import Crate
from crawler.extractors.rust.literals import NOTHING
from crawler.extractors.rust.nodes import Env, RustFile, in_tests, owner_of, parameter_names
from crawler.extractors.rust.schema import resolve
from mcp_catalogue.model import Annotations, Handler, Location, Tool, Unresolved

MAX_CALLERS = 400


def values(crate: Crate) -> Iterator[Read]:
    """Yield the tools that are built as values."""
    for node, file in crate.all_items("call_expression", "struct_expression"):
        parts = _constructed(node)
        if parts is None or (b"mcp" not in crate.sources[file.path].lower()):
            continue
        made = list(_made(crate, node, file, parts))
        yield from made
        if not made:
            yield Read(
                unresolved=Unresolved(file=file.path, line=line(node), reason="name-not-constant", detail="Tool value")
            )


def _constructed(node: Node) -> dict[str, Node] | None:
    """Return the parts of a `Tool::new(…)` call or a `Tool { … }` expression."""
    if node.type == "call_expression":
        function, arguments = child(node, "function"), child(node, "arguments")
        path = text(function).split("::")
        if len(path) < 2 or path[-2] != "Tool" or path[-1] not in {"new", "new_with_raw"} or arguments is None:
            return None
        return dict(zip(("name", "description", "input_schema"), arguments.named_children, strict=False))
    if text(child(node, "name")).rpartition("::")[2] != "Tool":
        return None
    body = child(node, "body")
    parts: dict[str, Node] = {}
    for item in body.named_children if body is not None else []:
        if item.type == "field_initializer" and (value := child(item, "value")) is not None:
            parts[text(child(item, "field"))] = value
        elif item.type == "shorthand_field_initializer":
            parts[text(item)] = item.named_children[0]
    return parts if "name" in parts and {"input_schema", "description"} & set(parts) else None


def _made(crate: Crate, node: Node, file: RustFile, parts: dict[str, Node]) -> Iterator[Read]:
    settled = False
    for env, caller in _environments(crate, node, file):
        if settled and caller is not None:  # its own function already gives the name
            return
        name = crate.eval(parts["name"], env)
        if not isinstance(name, str) or not name:
            continue
        settled = caller is None
        described = _described(crate, parts.get("description"), env)
        title = crate.eval(parts.get("title"), env)
        at = caller or parts["name"]
        home = _enclosing(caller or node)
        yield Read(
            tool=Tool(
                name=name,
                title=title if isinstance(title, str) else None,
                description=described if isinstance(described, str) else None,
                input_schema=resolve(crate, crate.eval(parts.get("input_schema"), env)),
                annotations=_value_hints(crate, parts.get("annotations"), env),
                condition=condition(home or node, file),
                location=Location(file=env.file.path if caller is not None else file.path, line=line(at)),
                handler=Handler(file=file.path, start=line(home), end=end_line(home))
                if home is not None and caller is None
                else None,
            )
        )


def _described(crate: Crate, node: Node | None, env: Env) -> Any:  # noqa: ANN401
    """Evaluate a description; a helper that cannot be run but takes one text is taken to return it."""
    value = crate.eval(node, env)
    if value is not NOTHING or node is None:
        return value
    if node.type == "identifier" and (home := _enclosing(node)) is not None:
        lets = (n for n in find(home, "let_declaration") if text(child(n, "pattern")) == text(node))
        node = next((child(n, "value") for n in lets), None)
    arguments = child(node, "arguments") if node is not None and node.type == "call_expression" else None
    texts = [v for a in (arguments.named_children if arguments else []) if isinstance(v := crate.eval(a, env), str)]
    return texts[0] if len(texts) == 1 else NOTHING


def _value_hints(crate: Crate, node: Node | None, env: Env) -> Annotations:
    given: dict[str, Any] = {}
    for item in find(node, "field_initializer") if node is not None else ():
        key, value = text(child(item, "field")), crate.eval(child(item, "value"), env)
        if key in HINTS and isinstance(value, bool):
            given[HINTS[key]] = value
        elif key == "title" and isinstance(value, str):
            given["title"] = value
    for call in find(node, "call_expression") if node is not None else ():  # builders: .read_only(true)
        function, arguments = child(call, "function"), child(call, "arguments")
        key = text(child(function, "field"))
        value = (
            crate.eval(arguments.named_children[0], env)
            if arguments is not None and arguments.named_children
            else NOTHING
        )
        if key in HINTS and isinstance(value, bool):
            given[HINTS[key]] = value
    return Annotations(**given)


def _environments(crate: Crate, node: Node, file: RustFile) -> Iterator[tuple[Env, Node | None]]:
    """Yield the names known at a place: its own function's, then those of each caller of that function."""
    home = _enclosing(node)
    base = Env(file, owner=owner_of(node))
    if home is None:
        yield base, None
        return
    _bind(crate, home, node, base)
    yield base, None
    names = parameter_names(home)
    if not names:
        return
    own = text(child(home, "name"))
    count = 0
    for call, other in crate.all_items("call_expression"):
        function, arguments = child(call, "function"), child(call, "arguments")
        if arguments is None or count > MAX_CALLERS or not _calls(function, call, own, owner_of(home)):
            continue
        count += 1
        outer = Env(other, owner=owner_of(call))
        if (caller := _enclosing(call)) is not None:
            _bind(crate, caller, call, outer)
        env = Env(file, owner=owner_of(node))
        args = [a for a in arguments.named_children if "comment" not in a.type]
        for name, arg in zip(names, args, strict=False):
            env.names[name] = crate.eval(arg, outer)
        _bind(crate, home, node, env)
        yield replace_file(env, other), call


def _calls(function: Node | None, call: Node, name: str, owner: str) -> bool:
    """Tell whether a call is to function `name` of type `owner` (`""` for a free function)."""
    method = child(function, "field")
    if method is not None:
        return text(method) == name and owner != ""
    path = text(function)
    prefix, _, last = path.rpartition("::")
    holder = prefix.rpartition("::")[2]
    holder = owner_of(call) if holder == "Self" else holder
    return last == name and (holder if holder[:1].isupper() else "") == owner


def replace_file(env: Env, file: RustFile) -> Env:
    """Return the same names seen from another file: a caller's."""
    return replace(env, file=file)


def _bind(crate: Crate, home: Node, node: Node, env: Env) -> None:
    for block in find(home, "block"):
        if block.start_byte <= node.start_byte and node.end_byte <= block.end_byte:
            crate.bind_lets(block, env)


def _enclosing(node: Node) -> Node | None:
    here = node.parent
    while here is not None and here.type != "function_item":
        here = here.parent
    return here


# --- JSON --------------------------------------------------------------------------------------------


def documents(crate: Crate) -> Iterator[Read]:
    """Find tool objects in the `json!` answers of servers that speak the protocol themselves."""
    for node, file in crate.all_items("macro_invocation"):
        data = node.text or b""
        if text(child(node, "macro")).rpartition("::")[2] != "json" or b"inputSchema" not in data:
            continue
        if in_tests(node):
            continue
        home = _enclosing(node)
        env = Env(file, owner=owner_of(node))
        if home is not None:
            _bind(crate, home, node, env)
        for body in _tool_objects(crate.eval(node, env)):
            yield Read(tool=_document_tool(body, node, file))


def _tool_objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    if isinstance(value, dict) and depth < 12:
        if isinstance(value.get("name"), str) and isinstance(value.get("inputSchema"), dict):
            yield value
            return
        for inner in value.values():
            yield from _tool_objects(inner, depth + 1)
    elif isinstance(value, list) and depth < 12:
        for inner in value:
            yield from _tool_objects(inner, depth + 1)


def _document_tool(body: dict[str, Any], node: Node, file: RustFile) -> Tool:
    needle = f'"{body["name"]}"'
    at = next((line(n) for n in find(node, "string_literal") if text(n) == needle), line(node))
    hints = body.get("annotations") if isinstance(body.get("annotations"), dict) else {}
    given: dict[str, Any] = {k: v for k, v in (hints or {}).items() if k in set(HINTS.values()) and isinstance(v, bool)}
    described, title = body.get("description"), body.get("title")
    return Tool(
        name=body["name"],
        title=title if isinstance(title, str) else None,
        description=described if isinstance(described, str) else None,
        input_schema=body["inputSchema"],
        annotations=Annotations(**given),
        location=Location(file=file.path, line=at),
    )
