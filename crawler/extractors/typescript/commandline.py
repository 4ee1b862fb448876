"""Command-line parsers: the options' defaults are what a server gets that is started without options."""

from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.calls import run_callback
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Arr, Fn, Native, Obj, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_RESULTS = frozenset({"parse", "parseSync", "parseAsync", "opts", "optsWithGlobals"})


class Parser:
    """A parser under construction: every method gives it back, except those that give the options."""

    def __init__(self, flags: dict[str, Any]) -> None:
        self.flags = flags

    def member(self, _: "Evaluator", name: str) -> Any:  # noqa: ANN401
        """Read a property or method."""
        if name in ("argv", "flags"):
            return self.given()
        if name == "args":
            return Arr(open=Unknown("arguments", "args", "flag"))
        return Native(name, lambda e, __, args, ___: self._call(e, name, args))

    def called(self, ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        """`yargs(argv)`, `minimist(argv, {default})`."""
        for arg in args:
            if isinstance(arg, Obj):
                self._table(ev, arg.props.get("default"), plain=True)
                self._table(ev, arg.props.get("flags"))
        return self

    def given(self) -> Unknown:
        """Return the options as they are without a command line."""
        props = {k: v for k, v in self.flags.items() if v is not UNDEFINED}
        return Unknown("arguments", "options", "flag", Obj({**props, "_": Arr(), "flags": Obj(dict(props))}))

    def _call(self, ev: "Evaluator", name: str, args: list[Any]) -> Any:  # noqa: ANN401
        if name in _RESULTS:
            return self.given() if name != "parse" or not _is_commander(ev) else self
        if name in ("option", "requiredOption", "positional", "addOption"):
            self._option(args)
        elif name == "options" and args:
            self._table(ev, args[0])
        for arg in args:
            if isinstance(arg, Fn):
                # The builder of a yargs command gets the parser; a handler gets the options.
                run_callback(ev, arg, [self, self.given()] if name == "command" else [self.given(), self.given()])
        return self

    def _option(self, args: list[Any]) -> None:
        spec = likely(args[0]) if args else None
        if not isinstance(spec, str):
            return
        name = next((w for w in spec.replace(",", " ").split() if w.startswith("--")), spec).lstrip("-")
        name = name.split("=")[0].split(" ")[0]
        second = args[1] if len(args) > 1 else UNDEFINED
        default: Any = UNDEFINED
        if isinstance(second, Obj):
            default = second.props.get("default", UNDEFINED)
        elif len(args) > 2:
            default = args[-1] if not isinstance(args[-1], Fn | Native) else UNDEFINED
        if name.startswith("no-"):
            name, default = name[3:], True
        self._keep(name, default)

    def _table(self, ev: "Evaluator", table: Any, *, plain: bool = False) -> None:  # noqa: ANN401
        table = likely(table)
        ev.spend()
        for name, option in table.props.items() if isinstance(table, Obj) else ():
            self._keep(
                name,
                option if plain else option.props.get("default", UNDEFINED) if isinstance(option, Obj) else UNDEFINED,
            )

    def _keep(self, name: str, default: Any) -> None:  # noqa: ANN401
        head, *rest = name.split("-")
        self.flags[head + "".join(r[:1].upper() + r[1:] for r in rest)] = default
        self.flags.setdefault(name, default)


def _is_commander(ev: "Evaluator") -> bool:
    return any("commander" in spec for spec in ev.spaces)


def parser(ev: "Evaluator") -> Parser:
    """Return what stands for an instance of a bundled copy of commander's class."""
    ev.spaces.setdefault("commander", None)
    return Parser(ev.flags)


def namespace(ev: "Evaluator", spec: str) -> Any:  # noqa: ANN401
    """Return the module of a command-line library."""
    held = Parser(ev.flags)
    if "commander" in spec:
        make = Native("Command", lambda *_: held)
        option = Native("Option", lambda *_: Obj(open=Unknown("library", "Option")))
        return Obj({"program": held, "Command": make, "Option": option, "default": held}, kind="module",
                   open=Unknown("external", spec, spec=spec))  # fmt: skip
    if spec == "yargs/helpers":
        hide = Native("hideBin", lambda _, __, args, ___: args[0] if args else UNDEFINED)
        return Obj({"hideBin": hide}, kind="module")
    if spec in ("yargs", "yargs/yargs", "cac", "sade"):
        make = Native(spec, lambda ev_, _, args, __: held.called(ev_, args))
        make.props = {"default": make, "argv": held.given()}
        space = Obj({"default": make, "yargs": make, "cac": make}, kind="module")
        return space if spec != "yargs" else Obj({"default": _Both(held)}, kind="module")
    give = Native(spec, lambda ev_, _, args, __: held.called(ev_, args).given())
    return Obj({"default": give, "parse": give}, kind="module", open=Unknown("external", spec, spec=spec))


class _Both(Parser):
    """`yargs` itself: a function and, on its methods, a parser."""

    def __init__(self, parser: Parser) -> None:
        super().__init__(parser.flags)
