"""What a server asks its user for on the command line: argparse and click."""

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import MISSING, Function, Made, Place, Unknown, Value

_PARSERS = ("argparse.ArgumentParser",)


def parser_method(  # noqa: PLR0913
    run: Interpreter, owner: Made, name: str, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value:
    """Model `add_argument`, groups and `parse_args` of argparse; MISSING for anything else."""
    if not owner.path.startswith("argparse."):
        return MISSING
    root = owner.attributes.get("<root>", owner)
    if name in ("add_argument_group", "add_mutually_exclusive_group", "add_subparsers", "add_parser"):
        return Made("argparse.Group", [], {}, place, {"<root>": root})
    if name == "add_argument":
        _argument(run, root, args, kwargs)
        return None
    if name in ("parse_args", "parse_known_args"):
        space = Made("argparse.Namespace", [], {}, place, dict(root.attributes))
        return (space, []) if name == "parse_known_args" else space
    return MISSING


def _argument(run: Interpreter, root: Made, args: list[Value], kwargs: dict[str, Value]) -> None:
    flags = [str(f) for f in (run.first(a) for a in args) if isinstance(f, str)]
    long = next((f for f in flags if f.startswith("--")), flags[0] if flags else "")
    target = run.first(kwargs.get("dest"))
    name = str(target) if isinstance(target, str) else long.lstrip("-").replace("-", "_")
    if not name:
        return
    action = run.first(kwargs.get("action"))
    fallback: Value = {"store_true": False, "store_false": True}.get(str(action)) if isinstance(action, str) else None
    default = kwargs.get("default", fallback)
    required = run.first(kwargs.get("required", not long.startswith("-"))) is True
    run.arguments.setdefault(long, required)
    inner = run.force(default)
    kind = inner.kind if isinstance(inner, Unknown) and inner.kind else "flag"
    root.attributes[name] = Unknown("argument", kind, run.first(default), long, name)


def click_option(run: Interpreter, function: Function, option: Made) -> None:
    """Note what `@click.option(…)` passes to the command: its default, as a flag of the command line."""
    flags = [str(f) for f in (run.first(a) for a in option.args) if isinstance(f, str)]
    names = [f for f in flags if not f.startswith("-")]
    long = next((f for f in flags if f.startswith("--")), flags[0] if flags else "")
    name = names[0] if names else long.split("/")[0].lstrip("-").replace("-", "_")
    if not name:
        return
    is_flag = run.first(option.kwargs.get("is_flag")) is True or "/" in long
    default = option.kwargs.get("default", False if is_flag else None)
    run.arguments.setdefault(long.split("/")[0], run.first(option.kwargs.get("required")) is True)
    environment = run.first(option.kwargs.get("envvar"))
    if isinstance(environment, str):
        run.environment.setdefault(str(environment), False)
    options = function.attributes.setdefault("<options>", {})
    options[name] = Unknown("argument", "flag", run.first(default), long, name)


def option_value(run: Interpreter, option: Made, name: str) -> Value:
    """Return what a parameter with a `typer.Option(…)` default gets."""
    default = run.first(option.args[0] if option.args else option.kwargs.get("default"))
    environment = run.first(option.kwargs.get("envvar"))
    if isinstance(environment, str):
        run.environment.setdefault(str(environment), False)
    run.arguments.setdefault("--" + name.replace("_", "-"), default is ...)
    return Unknown("argument", "flag", MISSING if default is ... else default, name, name)


def is_parser(path: str) -> bool:
    """Tell whether calling `path` makes a parser."""
    return path in _PARSERS


__all__ = ["click_option", "is_parser", "option_value", "parser_method"]
