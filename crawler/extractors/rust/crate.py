"""The items of a crate by name, and the evaluation of constant expressions, macros and helper parameters."""

import inspect
import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from tree_sitter import Node

from crawler.extractors.base import Project
from crawler.extractors.grammar import TooLargeError, find, text
from crawler.extractors.grammar import field as child
from crawler.extractors.rust.literals import NOTHING, inside, plain, split, unquote
from crawler.extractors.rust.nodes import (
    Env,
    Lazy,
    OutOfBudgetError,
    RustFile,
    TypeSchema,
    in_tests,
    owner_of,
    parameter_names,
    parsed,
)
from crawler.extractors.rust.references import files_of

MAX_DEPTH = 24
MAX_CALL_DEPTH = 12
MAX_STEPS = 300_000
_SAME = frozenset(
    {
        "into", "to_string", "to_owned", "into_owned", "as_str", "unwrap", "expect", "clone", "as_ref", "as_object",
        "unwrap_or_default", "to_vec", "cloned", "as_bytes", "trim", "into_iter", "collect", "iter", "ok",
    }
)  # fmt: skip
_WRAPPERS = frozenset(
    {"Some", "from", "Borrowed", "Owned", "new", "Ok", "Arc", "Box", "String", "to_value", "into", "json_object"}
)


_ITEMS = ("const_item", "static_item", "struct_item", "enum_item", "type_item", "function_item", "trait_item")
_PLACES = ("function_signature_item", "call_expression", "struct_expression", "macro_invocation", "impl_item")


class Crate:
    """All items of a project's Rust files, by their last name."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.broken: dict[str, str] = {}
        self.steps = 0

    @cached_property
    def sources(self) -> dict[str, bytes]:
        """The Rust files of the project and of the crates of its tree that it uses."""
        read = self.project.tree.read
        paths = (p for p in files_of(self.project) if p.endswith(".rs") and not p.endswith("build.rs"))
        return {p: read(p) or b"" for p in paths}

    @cached_property
    def files(self) -> list[RustFile]:
        """All own files, parsed."""
        result = []
        for path, data in self.sources.items():
            try:
                result.append(RustFile(path, parsed(data)))
            except TooLargeError as error:
                self.broken[path] = f"{error} bytes"
        return result

    @cached_property
    def _by_type(self) -> dict[str, list[tuple[Node, RustFile]]]:
        result: dict[str, list[tuple[Node, RustFile]]] = {k: [] for k in (*_ITEMS, *_PLACES)}
        for file in self.files:
            for node in find(file.root, *_ITEMS, *_PLACES):
                if not in_tests(node):
                    result[node.type].append((node, file))
        return result

    @cached_property
    def _named(self) -> dict[str, dict[str, list[tuple[Node, RustFile]]]]:
        result: dict[str, dict[str, list[tuple[Node, RustFile]]]] = {k: {} for k in _ITEMS}
        for kind in _ITEMS:
            for node, file in self._by_type[kind]:
                result[kind].setdefault(text(child(node, "name")), []).append((node, file))
        return result

    def item(self, kind: str, name: str, near: RustFile | None = None) -> tuple[Node, RustFile] | None:
        """Return the item of a kind and name, one in the same file first."""
        found = self._named[kind].get(name.rpartition("::")[2], [])
        return next((f for f in found if f[1] is near), found[0] if found else None)

    def items(self, kind: str, name: str) -> list[tuple[Node, RustFile]]:
        """Return all items of a kind and name."""
        return self._named[kind].get(name, [])

    def all_items(self, *kinds: str) -> Iterator[tuple[Node, RustFile]]:
        """Yield all items of the given kinds, in the order of files."""
        for kind in kinds:
            yield from self._by_type[kind]

    # --- values ------------------------------------------------------------------------------------

    def eval(self, node: Node | None, env: Env, depth: int = 0) -> Any:  # noqa: ANN401
        """Evaluate an expression to a constant, a dict, a list or a TypeSchema; NOTHING where it is not constant."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfBudgetError
        if node is None or depth > MAX_DEPTH:
            return NOTHING
        value = plain(node)
        if value is not NOTHING:
            return value
        kind = node.type
        if kind in {"identifier", "scoped_identifier"}:
            return self._name(node, env, depth)
        if kind == "macro_invocation":
            return self._macro(text(child(node, "macro")).rpartition("::")[2], node.named_children[-1], env, depth)
        if kind in {
            "reference_expression",
            "parenthesized_expression",
            "try_expression",
            "unary_expression",
            "await_expression",
        }:
            return self.eval(
                child(node, "value") or (node.named_children[-1] if node.named_children else None), env, depth + 1
            )
        if kind == "type_cast_expression":
            return self.eval(child(node, "value"), env, depth + 1)
        if kind == "call_expression":
            return self._call(node, env, depth)
        if kind == "array_expression":
            items = [self.eval(n, env, depth + 1) for n in node.named_children if n.type != "attribute_item"]
            return [i for i in items if i is not NOTHING]
        if kind == "block":
            return self._block(node, env, depth)
        if kind == "binary_expression" and text(child(node, "operator")) == "+":
            left = self.eval(child(node, "left"), env, depth + 1)
            right = self.eval(child(node, "right"), env, depth + 1)
            return left + right if isinstance(left, str) and isinstance(right, str) else NOTHING
        return NOTHING

    def _name(self, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
        full = text(node)
        name = full.rpartition("::")[2]
        if full in env.names:
            value = env.names[full]
            if isinstance(value, Lazy):
                env.names[full] = NOTHING  # a `let` that names itself
                value = env.names[full] = self.eval(value.node, env, depth + 1)
            return value
        if full.startswith("Self::") and env.owner:
            for const, file in self.items("const_item", name):
                if owner_of(const) == env.owner:
                    return self.eval(child(const, "value"), Env(file, owner=env.owner), depth + 1)
        if name == "None":
            return None
        for kind in ("const_item", "static_item"):
            found = self.item(kind, name, env.file)
            if found is not None:
                return self.eval(child(found[0], "value"), Env(found[1], owner=owner_of(found[0])), depth + 1)
        return NOTHING

    def _block(self, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
        inner = Env(env.file, dict(env.names), env.owner)
        self.bind_lets(node, inner, depth)
        last = node.named_children[-1] if node.named_children else None
        if last is not None and last.type == "expression_statement" and last.named_children:
            last = last.named_children[0]
        if last is not None and last.type == "return_expression":
            last = last.named_children[0] if last.named_children else None
        return self.eval(last, inner, depth + 1)

    def bind_lets(self, block: Node, env: Env, depth: int = 0) -> None:
        """Bind the `let`s of a block whose values are constant, and follow `insert` into the maps among them."""
        for item in block.named_children:
            if item.type == "let_declaration" and (pattern := child(item, "pattern")) is not None:
                if pattern.type == "identifier":
                    env.names[text(pattern)] = Lazy(child(item, "value"))
            elif item.type == "expression_statement" and item.named_children:
                self._insert(item.named_children[0], env, depth)

    def _insert(self, node: Node, env: Env, depth: int) -> None:
        function, arguments = child(node, "function"), child(node, "arguments")
        if node.type != "call_expression" or function is None or text(child(function, "field")) != "insert":
            return
        holder = child(function, "value")
        if holder is None or text(holder) not in env.names:
            return
        target = self._name(holder, env, depth)
        args = arguments.named_children if arguments is not None else []
        if isinstance(target, dict) and len(args) == 2:
            key, value = (self.eval(a, env, depth + 1) for a in args)
            if isinstance(key, str) and value is not NOTHING:
                target[key] = value

    def _call(self, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
        function = child(node, "function")
        arguments = child(node, "arguments")
        args = [n for n in (arguments.named_children if arguments else []) if "comment" not in n.type]
        if function is None:
            return NOTHING
        if function.type == "field_expression":
            name = text(child(function, "field"))
            return self.eval(child(function, "value"), env, depth + 1) if name in _SAME else NOTHING
        if function.type == "generic_function":
            types = child(function, "type_arguments")
            if types is not None and types.named_children and "schema" in text(child(function, "function")).lower():
                return TypeSchema(types.named_children[0], env.file)
            function = child(function, "function") or function
        path = text(function)
        name = path.rpartition("::")[2]
        if name in {"json_schema", "schema"} and "::" in path:
            return self._own_schema(function, env)
        own = self._function(path, name, env)
        if own is not None and (body := child(own[0], "body")) is not None and depth < MAX_CALL_DEPTH:
            inner = Env(own[1], owner=owner_of(own[0]))
            for parameter, arg in zip(parameter_names(own[0]), args, strict=False):
                inner.names[parameter] = self.eval(arg, env, depth + 1)
            return self._block(body, inner, depth + 1)
        if path.endswith(("Map::new", "Map::with_capacity")):
            return {}
        if name in _WRAPPERS and len(args) == 1:
            return self.eval(args[0], env, depth + 1)
        return NOTHING

    def _function(self, path: str, name: str, env: Env) -> tuple[Node, RustFile] | None:
        owner = path.rpartition("::")[0].rpartition("::")[2]
        owner = env.owner if owner == "Self" else owner
        for node, file in self.items("function_item", name):
            if owner_of(node) == (owner if owner[:1].isupper() else ""):
                return node, file
        return None

    def _own_schema(self, function: Node, env: Env) -> Any:  # noqa: ANN401
        path = child(function, "path")
        return TypeSchema(path, env.file) if path is not None else NOTHING

    def _macro(self, name: str, tree: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
        if tree.type != "token_tree":
            return NOTHING
        tokens = inside(tree)
        if name in {"json", "object", "rmcp_object"}:
            return (
                self._tree(tree, env, depth + 1)
                if tree.children[0].type == "{"
                else self.tokens(tokens, env, depth + 1)
            )
        if name == "concat":
            parts = [self.tokens(p, env, depth + 1) for p in split(tokens)]
            return "".join(str(p) for p in parts) if all(isinstance(p, str | int) for p in parts) else NOTHING
        if name in {"indoc", "dedent", "formatdoc"}:
            value = self.tokens(tokens, env, depth + 1)
            return inspect.cleandoc(value) if isinstance(value, str) else NOTHING
        if name == "format":
            return self._format(split(tokens), env, depth)
        if name == "include_str":
            return self._include(tokens, env)
        if "schema" in name and tokens:
            return TypeSchema(tokens[-1], env.file)
        if name == "vec":
            items = [self.tokens(p, env, depth + 1) for p in split(tokens)]
            return [i for i in items if i is not NOTHING]
        return NOTHING

    def _format(self, parts: list[list[Node]], env: Env, depth: int) -> Any:  # noqa: ANN401
        template = self.tokens(parts[0], env, depth + 1) if parts else NOTHING
        if not isinstance(template, str):
            return NOTHING
        named = {text(p[0]): self.tokens(p[2:], env, depth + 1) for p in parts[1:] if len(p) > 2 and p[1].type == "="}
        given = iter([self.tokens(p, env, depth + 1) for p in parts[1:] if not (len(p) > 2 and p[1].type == "=")])
        unknown = False

        def fill(match: "re.Match[str]") -> str:
            nonlocal unknown
            key = match.group(1)
            value = named.get(key, env.names.get(key, NOTHING)) if key else next(given, NOTHING)
            if value is NOTHING and key:
                found = self.item("const_item", key, env.file)
                value = self.eval(child(found[0], "value"), Env(found[1]), depth + 1) if found else NOTHING
            unknown = unknown or not isinstance(value, str | int | float)
            return str(value)

        result = re.sub(r"\{(\w*)(?::[^}]*)?\}", fill, template.replace("{{", "\0").replace("}}", "\1"))
        return NOTHING if unknown else result.replace("\0", "{").replace("\1", "}")

    def _include(self, tokens: Sequence[Node], env: Env) -> Any:  # noqa: ANN401
        if len(tokens) != 1 or "string" not in tokens[0].type:
            return NOTHING
        path = posixpath.normpath(posixpath.join(posixpath.dirname(env.file.path), unquote(tokens[0])))
        data = self.project.tree.read(path)
        return data.decode("utf-8", "replace") if data is not None and len(data) < 200_000 else NOTHING

    def tokens(self, tokens: Sequence[Node], env: Env, depth: int = 0) -> Any:  # noqa: ANN401
        """Evaluate the tokens of one macro argument: a literal, a JSON-like tree, a macro, a constant's path."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfBudgetError
        items = [t for t in tokens if t.type not in {"&", "line_comment", "block_comment"}]
        if not items or depth > MAX_DEPTH * 2:
            return NOTHING
        first = items[0]
        if len(items) == 1 and first.type == "token_tree":
            return self._tree(first, env, depth)
        if len(items) == 1 or (len(items) > 1 and items[1].type == "."):
            value = plain(first)
            if value is NOTHING and text(first) in {"null", "None"}:
                return None
            return self._name(first, env, depth) if value is NOTHING and first.type == "identifier" else value
        if first.type == "-" and len(items) == 2:
            value = plain(items[1])
            return -value if isinstance(value, int | float) else NOTHING
        if items[-1].type == "token_tree" and items[-2].type == "!":
            return self._macro(text(items[-3]) if len(items) > 2 else "", items[-1], env, depth)
        if text(first) in {"Some", "String"} and items[-1].type == "token_tree":
            return self.tokens(inside(items[-1]), env, depth + 1)
        if all(t.type in {"identifier", "::", "self", "crate", "super"} for t in items):
            joined = "".join(text(t) for t in items)
            return self._path(joined, env, depth)
        return NOTHING

    def _path(self, path: str, env: Env, depth: int) -> Any:  # noqa: ANN401
        name = path.rpartition("::")[2]
        owner = path.rpartition("::")[0].rpartition("::")[2]
        owner = env.owner if owner == "Self" else owner
        candidates = self.items("const_item", name) + self.items("static_item", name)
        chosen = next(
            (c for c in candidates if owner and owner_of(c[0]) == owner), candidates[0] if candidates else None
        )
        if chosen is None:
            return NOTHING
        return self.eval(child(chosen[0], "value"), Env(chosen[1], owner=owner_of(chosen[0])), depth + 1)

    def _tree(self, tree: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
        opening = tree.children[0].type if tree.children else ""
        if opening == "[":
            items = [self.tokens(p, env, depth + 1) for p in split(inside(tree))]
            return [i for i in items if i is not NOTHING]
        if opening == "(":
            return self.tokens(inside(tree), env, depth + 1)
        result: dict[str, Any] = {}
        for part in split(inside(tree)):
            colon = next((i for i, t in enumerate(part) if t.type == ":"), None)
            if colon is None:
                continue
            key = self.tokens(part[:colon], env, depth + 1)
            value = self.tokens(part[colon + 1 :], env, depth + 1)
            if isinstance(key, str) and value is not NOTHING:
                result[key] = value
        return result
