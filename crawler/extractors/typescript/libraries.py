"""Packages that the evaluator knows: schema libraries as values, everything else outside as unknown."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import commandline, documents, envvar, members, node, zod
from crawler.extractors.typescript.schema import Schema, resolve
from crawler.extractors.typescript.texts import dedent
from crawler.extractors.typescript.typebox import typebox, valibot
from crawler.extractors.typescript.values import Arr, Native, Obj, Text, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_ZOD = ("zod", "zod/v3", "zod/v4", "zod/v4/core", "zod/v4-mini", "zod/mini")
_KNOWN = ("zod", "zod-to-json-schema", "@modelcontextprotocol/", "@sinclair/typebox", "typebox", "valibot",
          "fastmcp", "commander", "yargs", "env-var", "yaml", "js-yaml", "minimist", "dotenv", "express",
          "yargs-parser", "mri", "cac", "meow", "citty", "sade")  # fmt: skip


@lru_cache(4096)
def is_library(spec: str) -> bool:
    """Whether `spec` is read as a library even when its code is at hand."""
    return spec.startswith("node:") or any(
        spec == k or spec.startswith(k if k.endswith("/") else k + "/") for k in _KNOWN
    )


def imported(ev: "Evaluator", spec: str, name: str) -> Any:  # noqa: ANN401
    """Return what an import from outside gives; `*` the namespace."""
    space = namespace(ev, spec)
    if space is None:
        path = "" if name in ("*", "=") else name
        return Unknown("external", path if path not in ("", "default") else spec, spec=spec, path=path)
    return space if name in ("*", "=") else members.get(ev, space, name)


def namespace(ev: "Evaluator", spec: str) -> Any:  # noqa: ANN401
    """Return the namespace of a library that is known, else None."""
    made = ev.spaces.get(spec)
    if made is None and spec in _ZOD:
        version = "zod4" if "v4" in spec or "mini" in spec else "zod3" if "v3" in spec else ev.zod_version
        made = ev.spaces[spec] = zod.namespace(version)
    elif made is None and spec in _NAMESPACES:
        made = ev.spaces[spec] = _NAMESPACES[spec]()
    elif made is None and spec.removeprefix("node:") in _NODE:
        made = ev.spaces[spec] = _NODE[spec.removeprefix("node:")](ev)
    elif made is None and spec in _COMMAND_LINE:
        made = ev.spaces[spec] = commandline.namespace(ev, spec)
    return made


def _function(name: str, call: Any) -> Native:  # noqa: ANN401
    return Native(name, call)


def _zod_to_json_schema() -> Obj:
    convert = _function("zodToJsonSchema", lambda ev, _, args, __: _named_schema(zod.json_value(ev, args), args))
    space = Obj({"zodToJsonSchema": convert}, kind="module")
    space.props["default"] = convert
    return space


def _named_schema(made: Any, args: list[Any]) -> Any:  # noqa: ANN401
    """Put a schema below its name, as the library does when it is given one."""
    given = likely(args[1]) if len(args) > 1 else None
    settings = given.props if isinstance(given, Obj) else {"name": given}
    name, folder = likely(settings.get("name")), likely(settings.get("definitionPath"))
    if not isinstance(name, str) or not isinstance(made, Obj):
        return made
    below = str(folder) if isinstance(folder, str) else "definitions"
    return Obj({"$ref": f"#/{below}/{name}", below: Obj({str(name): made})})


def _dedent() -> Obj:
    tag = Native("dedent", lambda _, __, args, ___: _dedented(args))
    return Obj({"default": tag, "dedent": tag}, kind="module")


def _dedented(args: list[Any]) -> Any:  # noqa: ANN401
    text = likely(args[0]) if args else None
    if isinstance(text, str):
        place = (text.file, text.line) if isinstance(text, Text) else ("", 0)
        return Text(dedent(text), *place)
    return Unknown("not-constant", "dedent")


def _standard_schema() -> Obj:
    convert = _function("toJsonSchema", lambda ev, _, args, __: zod.json_value(ev, args))
    return Obj({"toJsonSchema": convert, "default": convert}, kind="module")


_NAMESPACES: dict[str, Callable[[], Obj]] = {
    "zod-to-json-schema": _zod_to_json_schema,
    "@valibot/to-json-schema": _standard_schema,
    "xsschema": _standard_schema,
    "@sinclair/typebox": typebox,
    "typebox": typebox,
    "valibot": valibot,
    "dedent": _dedent,
    "ts-dedent": _dedent,
    "outdent": _dedent,
    "common-tags": _dedent,
    "env-var": envvar.namespace,
    "yaml": lambda: documents.namespace("parse"),
    "js-yaml": lambda: documents.namespace("load", "safeLoad"),
}
_NODE: dict[str, Callable[[Any], Any]] = {
    "path": lambda _: node.path_module(),
    "path/posix": lambda _: node.path_module(),
    "url": lambda _: node.url_module(),
    "fs": lambda ev: ev.files.module(),
    "fs/promises": lambda ev: ev.files.module(),
    "util": lambda ev: node.util_module(ev.flags),
    "os": lambda _: node.os_module(),
    "process": lambda ev: ev.builtins["process"],
}
_COMMAND_LINE = frozenset(
    {"commander", "yargs", "yargs/yargs", "yargs-parser", "minimist", "mri", "arg", "cac", "meow", "getopts",
     "command-line-args", "@commander-js/extra-typings", "sade", "citty", "cleye", "yargs/helpers"}
)  # fmt: skip
__all__ = ["Arr", "Schema", "imported", "is_library", "namespace", "resolve"]
