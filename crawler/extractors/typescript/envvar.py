"""`env-var`: a variable's name, its default and its type, one call after the other."""

from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import NO_GUESS, Arr, Native, Obj, Unknown, known, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_KEEPS = ("required", "description", "example", "convertFromBase64")
_READS = ("asString", "asUrlString", "asEmailString", "asEnum", "asBool", "asBoolStrict", "asInt", "asIntPositive",
          "asIntNegative", "asPortNumber", "asFloat", "asFloatPositive", "asArray", "asSet")  # fmt: skip


def namespace() -> Obj:
    """Return the module."""
    get = Native("get", lambda _, __, args, ___: _variable(likely(args[0]) if args else "", UNDEFINED))
    space = Obj({"get": get}, kind="module")
    space.props["default"] = space
    return space


def _variable(name: Any, default: Any) -> Obj:  # noqa: ANN401
    made = Obj()

    def with_default(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
        return _variable(name, args[0] if args else UNDEFINED)

    made.props["default"] = Native("default", with_default)
    made.props.update({k: Native(k, lambda _, __, ___, ____: made) for k in _KEEPS})
    made.props.update({k: Native(k, _reader(k, name, default)) for k in _READS})
    return made


def _reader(method: str, name: Any, default: Any) -> Any:  # noqa: ANN401
    def read(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
        value = likely(default)
        guess = NO_GUESS if isinstance(value, Unknown) or not known(value) else _typed(method, value, args)
        return Unknown("run-time", f"process.env.{name}", "env", guess)

    return read


def _typed(method: str, value: Any, args: list[Any]) -> Any:  # noqa: ANN401
    if not isinstance(value, str):
        return value
    if "Bool" in method:
        return value.lower() in ("true", "1")
    if method == "asArray":
        mark = likely(args[0]) if args else ","
        return Arr(list(value.split(str(mark))) if value else [])
    if method.startswith(("asInt", "asPort", "asFloat")):
        try:
            return float(value) if method.startswith("asFloat") else int(value)
        except ValueError:
            return NO_GUESS
    return value
