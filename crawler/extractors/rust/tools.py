"""The forms in which Rust servers declare tools: attributes on functions and structs, `Tool` values, JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import end_line, find, line, text
from crawler.extractors.grammar import field as child
from crawler.extractors.rust.crate import Crate, Env, RustFile, in_tests, owner_of, parameter_names
from crawler.extractors.rust.literals import NOTHING, Attribute, attributes, doc, inside, split
from crawler.extractors.rust.schema import field_text, is_option, resolve, schema_of, struct_schema
from mcp_catalogue.model import Annotations, Condition, Handler, Location, Tool, Unresolved

_HINTS = {
    "read_only_hint": "readOnlyHint", "destructive_hint": "destructiveHint", "idempotent_hint": "idempotentHint",
    "open_world_hint": "openWorldHint", "readOnlyHint": "readOnlyHint", "destructiveHint": "destructiveHint",
    "idempotentHint": "idempotentHint", "openWorldHint": "openWorldHint", "read_only": "readOnlyHint",
    "destructive": "destructiveHint", "idempotent": "idempotentHint", "open_world": "openWorldHint",
}  # fmt: skip
_INJECTED = ("RequestContext", "Extension", "Peer", "Meta", "Context", "CancellationToken", "RequestMeta", "Extensions")
MAX_CALLERS = 400


@dataclass(frozen=True, slots=True)
class Read:
    """What one form yields: a tool, or a place that could not be evaluated."""

    tool: Tool | None = None
    unresolved: Unresolved | None = None


def read(crate: Crate) -> Iterator[Read]:
    """Yield the tools of a crate, form by form."""
    yield from _functions(crate)
    yield from _structs(crate)
    yield from _values(crate)
    yield from _documents(crate)


# --- attributes on functions -------------------------------------------------------------------------


def _functions(crate: Crate) -> Iterator[Read]:
    for node, file in crate.all_items("function_item", "function_signature_item"):
        found = next((a for a in attributes(node) if a.name == "tool"), None)
        exported = _in_tools_impl(node) if found is None else False
        if found is None and not exported:
            continue
        if found is not None and {"tool_box", "aggr", "param"} & found.flags:
            continue
        yield Read(tool=_function_tool(crate, node, file, found))


def _in_tools_impl(node: Node) -> bool:
    """Tell whether a method stands in an `impl` marked `#[Tools]`, whose every method is a tool."""
    holder = node.parent.parent if node.parent is not None else None
    return holder is not None and holder.type == "impl_item" and any(a.name == "Tools" for a in attributes(holder))


def _function_tool(crate: Crate, node: Node, file: RustFile, found: Attribute | None) -> Tool:
    env = Env(file, owner=owner_of(node))
    values = _evaluated(crate, found, env)
    name_node = child(node, "name") or node
    name, place = text(name_node), line(name_node)
    if isinstance(values.get("name"), str) and found is not None:
        name, place = values["name"], line(found.values["name"][0])
    described = values.get("description")
    if not isinstance(described, str) and found is not None and len(found.tokens) == 1:  # #[tool("description")]
        only = crate.tokens(found.tokens, env)
        described = only if isinstance(only, str) else None
    title = values.get("title")
    return Tool(
        name=name,
        title=title if isinstance(title, str) else None,
        description=described if isinstance(described, str) else doc(node),
        input_schema=_parameters(crate, node, file),
        annotations=_annotations(crate, found, env),
        condition=_condition(node, file),
        location=Location(file=file.path, line=place),
        handler=Handler(file=file.path, start=line(node), end=end_line(node)),
    )


def _evaluated(crate: Crate, attribute: Attribute | None, env: Env) -> dict[str, Any]:
    return {key: crate.tokens(tokens, env) for key, tokens in attribute.values.items()} if attribute is not None else {}


def _annotations(crate: Crate, attribute: Attribute | None, env: Env) -> Annotations:
    """Read hints that stand in `annotations(…)` or directly in the attribute."""
    given: dict[str, Any] = {}
    if attribute is not None:
        groups = [split(attribute.tokens)]
        inner = attribute.values.get("annotations")
        if inner and inner[-1].type == "token_tree":
            groups.append(split(inside(inner[-1])))
        for number, group in enumerate(groups):
            for part in group:
                key = text(part[0])
                separated = len(part) >= 3 and part[1].type in {"=", ":"}
                value = crate.tokens(part[2:], env) if separated else True if len(part) == 1 else NOTHING
                if key in _HINTS and isinstance(value, bool):
                    given[_HINTS[key]] = value
                elif key == "title" and isinstance(value, str) and number == 1:
                    given["title"] = value
    return Annotations(**given)


def _parameters(crate: Crate, node: Node, file: RustFile) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    parameters = child(node, "parameters")
    settings: list[Node] = []
    for item in parameters.named_children if parameters is not None else []:
        if item.type in {"attribute_item", "ERROR"}:
            settings.append(item)
            continue
        if item.type != "parameter":
            continue
        marks, settings = "".join(text(s) for s in settings), []
        kind, pattern = child(item, "type"), text(child(item, "pattern"))
        words = text(kind)
        if (
            words.replace(" ", "").rpartition("::")[2].startswith("Parameters<")
            or "Parameters<" in words
            or "aggr" in marks
        ):
            return schema_of(crate, kind, file)
        individual = "param" in marks or b"rmcp" not in crate.sources[file.path]
        base = words.lstrip("&").removeprefix("mut ").partition("<")[0].rpartition("::")[2].strip()
        if not individual or base.endswith(_INJECTED) or not pattern.isidentifier() or pattern.startswith("_"):
            continue
        described = field_text(crate, item, list(attributes(item)), file)
        inner = schema_of(crate, kind, file)
        properties[pattern] = {**inner, "description": described} if described else inner
        if not is_option(kind):
            required.append(pattern)
    result: dict[str, Any] = {"type": "object", "properties": properties}
    return {**result, "required": required} if required else result


def _condition(node: Node, file: RustFile) -> Condition | None:
    """Return the `#[cfg(…)]` on an item or on the `impl` or module around it."""
    here: Node | None = node
    while here is not None:
        for attribute in attributes(here) if here.type.endswith("_item") else ():
            words = " ".join(text(t) for t in attribute.tokens)
            if attribute.name == "cfg" and "test" not in words:
                return Condition(
                    kind="flag" if "feature" in words else "platform",
                    expression=f"cfg({words})",
                    default_on=None,
                    file=file.path,
                    line=line(attribute.node),
                )
        here = here.parent
    return None


# --- attributes on structs ---------------------------------------------------------------------------


def _structs(crate: Crate) -> Iterator[Read]:
    boxed = _boxed(crate)
    for node, file in crate.all_items("struct_item"):
        found = next((a for a in attributes(node) if a.name == "mcp_tool"), None)
        own = text(child(node, "name"))
        if found is None or (boxed and own not in boxed):
            continue
        values = _evaluated(crate, found, Env(file))
        if not isinstance(values.get("name"), str):
            yield Read(
                unresolved=Unresolved(file=file.path, line=line(node), reason="name-not-constant", detail=own, covers=1)
            )
            continue
        title, described = values.get("title"), values.get("description")
        yield Read(
            tool=Tool(
                name=values["name"],
                title=title if isinstance(title, str) else None,
                description=described if isinstance(described, str) else doc(node),
                input_schema=struct_schema(crate, node, file),
                annotations=_annotations(crate, found, Env(file)),
                condition=_condition(node, file),
                location=Location(file=file.path, line=line(found.values["name"][0])),
                handler=_struct_handler(crate, own, file, node),
            )
        )


def _boxed(crate: Crate) -> set[str]:
    """Return the structs that some `tool_box!` lists."""
    names: set[str] = set()
    for node, _ in crate.all_items("macro_invocation"):
        if text(child(node, "macro")).rpartition("::")[2] in {"tool_box", "setup_tools"}:
            names |= {text(n) for n in find(node, "identifier")}
    return names


def _struct_handler(crate: Crate, owner: str, file: RustFile, node: Node) -> Handler:
    methods = [n for n, f in crate.all_items("function_item") if f is file and owner_of(n) == owner]
    chosen = methods[0] if methods else node
    return Handler(file=file.path, start=line(chosen), end=end_line(chosen))


# --- values ------------------------------------------------------------------------------------------


def _values(crate: Crate) -> Iterator[Read]:
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
                condition=_condition(home or node, file),
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
        if key in _HINTS and isinstance(value, bool):
            given[_HINTS[key]] = value
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
        if key in _HINTS and isinstance(value, bool):
            given[_HINTS[key]] = value
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


def _documents(crate: Crate) -> Iterator[Read]:
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
    given: dict[str, Any] = {
        k: v for k, v in (hints or {}).items() if k in set(_HINTS.values()) and isinstance(v, bool)
    }
    described, title = body.get("description"), body.get("title")
    return Tool(
        name=body["name"],
        title=title if isinstance(title, str) else None,
        description=described if isinstance(described, str) else None,
        input_schema=body["inputSchema"],
        annotations=Annotations(**given),
        location=Location(file=file.path, line=at),
    )
