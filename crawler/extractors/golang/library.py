"""What foreign functions do: the standard library's pure ones, and the MCP SDKs' builders and registrations."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tree_sitter import Node

from crawler.extractors.golang import sdk
from crawler.extractors.golang.types import Type
from crawler.extractors.golang.values import Foreign, Multi, Obj, Placed, Seq, Table, Unknown, Value, placed

if TYPE_CHECKING:
    from crawler.extractors.golang.evaluate import Evaluator

MAX_REPEAT = 10_000  # characters that strings.Repeat may make

_VERB = re.compile(r"%[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]")


def call(run: "Evaluator", function: Foreign, args: list[Value], types: tuple[Type, ...], node: Node) -> Value:
    """Apply what is known of a foreign function; unknown otherwise."""
    if isinstance(function.receiver, Obj) and function.receiver.type.name == "Builder":
        return _builder(function, args)
    pure = _PURE.get((function.package, function.name))
    if pure is not None:
        try:
            return pure(args)
        except (TypeError, ValueError, IndexError, AttributeError):
            return Unknown()
    found = sdk.call(run, function, args, types, node)
    if found is not sdk.NOTHING:
        return found
    return Unknown(parent=function.receiver) if isinstance(function.receiver, Unknown) else Unknown()


def _builder(function: Foreign, args: list[Value]) -> Value:
    builder = function.receiver
    if not isinstance(builder, Obj):
        return Unknown()
    written = builder.fields.get("text", "")
    if function.name == "String":
        return written
    if isinstance(written, str):
        ok = bool(args) and isinstance(args[0], str)
        builder.fields["text"] = (written + str(args[0]))[:200_000] if ok else Unknown()
    return Unknown()


def _texts(value: Value) -> list[str]:
    if isinstance(value, Seq) and not value.open and all(isinstance(v, str) for v in value.items):
        return [str(v) for v in value.items]
    raise TypeError


def _str(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(value)


def _kept(value: Value, result: str) -> Value:
    return placed(result, value.file, value.line) if isinstance(value, Placed) else result


def _format(args: list[Value]) -> Value:
    template, rest = _str(args[0]), iter(args[1:])

    def fill(match: "re.Match[str]") -> str:
        verb = match.group(0)
        if verb == "%%":
            return "%"
        value = next(rest, None)
        if not isinstance(value, str | int | float | bool):
            raise TypeError
        if verb[-1] == "q":
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, bool):
            return "true" if value else "false"
        return verb.replace("v", "s") % value if verb[-1] in "sdvfgxX" else str(value)

    return _kept(args[0], _VERB.sub(fill, template))


def _printed(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError


def _copy_map(args: list[Value]) -> Value:
    target, source = args
    if isinstance(target, Table):
        if isinstance(source, Table):
            target.items.update(source.items)
            target.open = target.open or source.open
        elif source is not None:
            target.open = True
    return Unknown()


def _clone(args: list[Value]) -> Value:
    value = args[0]
    if isinstance(value, Table):
        return Table(dict(value.items), value.type, value.open)
    if isinstance(value, Seq):
        return Seq(list(value.items), value.type, value.open)
    return value.copy() if isinstance(value, Obj) else value


def _concat(args: list[Value]) -> Value:
    result = Seq()
    for value in args:
        if isinstance(value, Seq):
            result.items.extend(value.items)
            result.type, result.open = value.type, result.open or value.open
        else:
            result.open = True
    return result


def _contains(args: list[Value]) -> Value:
    if isinstance(args[0], Seq) and isinstance(args[1], str | int):
        known = any(v == args[1] for v in args[0].items if isinstance(v, str | int))
        if known or (not args[0].open and all(isinstance(v, str | int) for v in args[0].items)):
            return known
    return Unknown()


def _sorted_keys(args: list[Value]) -> Value:
    table = args[0]
    return Seq(list(table.items), open=table.open) if isinstance(table, Table) else Unknown()


def _repeat(args: list[Value]) -> Value:
    unit, count = _str(args[0]), args[1]
    if not isinstance(count, int) or len(unit) * count > MAX_REPEAT:
        raise TypeError
    return unit * count


_PURE: dict[tuple[str, str], Callable[[list[Value]], Value]] = {
    ("fmt", "Sprintf"): _format,
    ("fmt", "Sprint"): lambda a: "".join(_printed(v) for v in a),
    ("strings", "Join"): lambda a: _str(a[1]).join(_texts(a[0])),
    ("strings", "ToUpper"): lambda a: _kept(a[0], _str(a[0]).upper()),
    ("strings", "ToLower"): lambda a: _kept(a[0], _str(a[0]).lower()),
    ("strings", "TrimSpace"): lambda a: _kept(a[0], _str(a[0]).strip()),
    ("strings", "Trim"): lambda a: _kept(a[0], _str(a[0]).strip(_str(a[1]))),
    ("strings", "TrimLeft"): lambda a: _kept(a[0], _str(a[0]).lstrip(_str(a[1]))),
    ("strings", "TrimRight"): lambda a: _kept(a[0], _str(a[0]).rstrip(_str(a[1]))),
    ("strings", "TrimPrefix"): lambda a: _kept(a[0], _str(a[0]).removeprefix(_str(a[1]))),
    ("strings", "TrimSuffix"): lambda a: _kept(a[0], _str(a[0]).removesuffix(_str(a[1]))),
    ("strings", "ReplaceAll"): lambda a: _kept(a[0], _str(a[0]).replace(_str(a[1]), _str(a[2]))),
    ("strings", "Replace"): lambda a: _kept(a[0], _str(a[0]).replace(_str(a[1]), _str(a[2]))),
    ("strings", "Split"): lambda a: Seq(list(_str(a[0]).split(_str(a[1])))),
    ("strings", "HasPrefix"): lambda a: _str(a[0]).startswith(_str(a[1])),
    ("strings", "HasSuffix"): lambda a: _str(a[0]).endswith(_str(a[1])),
    ("strings", "Contains"): lambda a: _str(a[1]) in _str(a[0]),
    ("strings", "EqualFold"): lambda a: _str(a[0]).lower() == _str(a[1]).lower(),
    ("strings", "Repeat"): _repeat,
    ("strconv", "Itoa"): lambda a: _printed(a[0]),
    ("strconv", "Quote"): lambda a: json.dumps(_str(a[0]), ensure_ascii=False),
    ("maps", "Copy"): _copy_map,
    ("maps", "Clone"): _clone,
    ("maps", "Keys"): _sorted_keys,
    ("slices", "Clone"): _clone,
    ("slices", "Sorted"): lambda a: a[0],
    ("slices", "Collect"): lambda a: a[0],
    ("slices", "Concat"): _concat,
    ("slices", "Contains"): _contains,
    ("encoding/json", "Marshal"): lambda a: Multi((a[0], None)),
    ("encoding/json", "MarshalIndent"): lambda a: Multi((a[0], None)),
    ("encoding/json", "RawMessage"): lambda a: a[0],
    ("errors", "New"): lambda _: Unknown(),
}
