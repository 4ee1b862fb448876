"""The forms in which Rust servers declare tools: attributes on functions and structs, `Tool` values, JSON."""

from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import end_line, find, line, text
from crawler.extractors.grammar import field as child
from crawler.extractors.rust.common import HINTS, Read, condition
from crawler.extractors.rust.crate import Crate
from crawler.extractors.rust.literals import NOTHING, Attribute, attributes, doc, inside, split
from crawler.extractors.rust.nodes import Env, RustFile, owner_of
from crawler.extractors.rust.schema import field_text, is_option, schema_of, struct_schema
from crawler.extractors.rust.values import documents, values
from mcp_catalogue.model import Annotations, Handler, Location, Tool, Unresolved

_INJECTED = ("RequestContext", "Extension", "Peer", "Meta", "Context", "CancellationToken", "RequestMeta", "Extensions")


def read(crate: Crate) -> Iterator[Read]:
    """Yield the tools of a crate, form by form."""
    yield from _functions(crate)
    yield from _structs(crate)
    yield from values(crate)
    yield from documents(crate)


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
        condition=condition(node, file),
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
                if key in HINTS and isinstance(value, bool):
                    given[HINTS[key]] = value
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
                condition=condition(node, file),
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
