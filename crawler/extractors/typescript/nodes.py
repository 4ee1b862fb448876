"""Expressions: what each node of the intermediate form evaluates to."""

from collections.abc import Callable
from typing import Any

from crawler.extractors.typescript import binding, calls, instances, ir, members, operators
from crawler.extractors.typescript.conditions import condition
from crawler.extractors.typescript.convert import key_of, to_text
from crawler.extractors.typescript.evaluate import Evaluator
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.patterns import compile_regex
from crawler.extractors.typescript.values import (
    Arr,
    Choice,
    Cls,
    Fn,
    Getter,
    Guarded,
    Obj,
    Scope,
    Text,
    Thrown,
    Unknown,
    join,
    likely,
    options,
    truth,
)
from mcp_catalogue.model import Condition

MAX_ITEMS = 5_000
"""Items of one array; spreads past it leave the array open."""
MAX_TEXT = 100_000
"""Characters of one string."""


def _const(_: Evaluator, node: ir.Const, scope: Scope) -> Any:  # noqa: ANN401
    if type(node.value) is str:
        node.value = Text(node.value, scope.module.path, node.line)
    return node.value


def _template(self: Evaluator, node: ir.Template, scope: Scope) -> Any:  # noqa: ANN401
    values = [p if isinstance(p, str) else self.value(p, scope) for p in node.parts]
    return concat(values, scope.module.path, node.line)


_MAX_PLACED = 100
"""Longer texts are no names: they stand where they are put together."""


def concat(values: list[Any], file: str, line: int, *, template: bool = True) -> Any:  # noqa: ANN401
    """Join values to one string; the place is that of the template, or of the first literal."""
    for index, value in enumerate(values):
        if isinstance(value, Choice) and len(value.options) <= 8:
            pairs = [
                (concat([*values[:index], v, *values[index + 1 :]], file, line, template=template), g)
                for v, g in value.options
            ]
            return join(pairs)
    # A text with `undefined` in it is never meant: what stands there is not known.
    texts = [None if v is UNDEFINED else to_text(v) for v in values]
    if any(t is None for t in texts):
        guesses = [None if (g := likely(v)) is UNDEFINED else to_text(g) for v in values]
        first = next((v for v in values if isinstance(v, Unknown)), None)
        unknown = Unknown("not-constant", first.text if first else "", first.kind if first else None)
        unknown.template = "".join("{}" if t is None else t for t in map(template_of, values))[:500]
        if all(g is not None for g in guesses):
            told = Text("".join(g for g in guesses if g is not None)[:MAX_TEXT], file, line)
            unknown.guess = _placed(told, [likely(v) for v in values]) if template else told
        return unknown
    joined = "".join(t for t in texts if t is not None)[:MAX_TEXT]
    if not template:
        first_text = next((v for v in values if isinstance(v, Text)), None)
        if first_text is not None:
            return Text(joined, first_text.file, first_text.line)
    return _placed(Text(joined, file, line), values)


def _placed(text: Text, parts: list[Any]) -> Text:
    """Let a name that was put behind a prefix stand where it stood before."""
    last = parts[-1] if parts else None
    before = max((len(p) for p in parts[:-1] if isinstance(p, str)), default=0)
    if isinstance(last, Text) and last.file and len(last) > before and len(text) <= _MAX_PLACED:
        return Text(text, last.file, last.line)
    return text


def template_of(value: Any) -> str | None:  # noqa: ANN401
    """The text of a value with `{}` for what is unknown in it; None where nothing is known."""
    if isinstance(value, Unknown):
        guess = likely(value)
        return value.template or (str(guess) if isinstance(guess, str) and "undefined" not in guess else None) or None
    return to_text(value) or None


def _concat(self: Evaluator, node: ir.Concat, scope: Scope) -> Any:  # noqa: ANN401
    values = [self.value(p, scope) for p in node.parts]
    if any(isinstance(likely(v), str | Arr | Obj) for v in values):
        return concat(values, scope.module.path, node.line, template=False)
    total = values[0]
    for value in values[1:]:
        total = operators.binary("+", total, value)
    return total


def _name(self: Evaluator, node: ir.Name, scope: Scope) -> Any:  # noqa: ANN401
    if node.id == "this":
        return scope.frame.this
    if node.id == "import.meta":
        return scope.module.meta()
    return self.lookup(node.id, scope)


def _array(self: Evaluator, node: ir.Array, scope: Scope) -> Any:  # noqa: ANN401
    out = Arr(place=(scope.module.path, node.line), born=len(self.logs), held=len(self.guards))
    for item in node.items:
        if not isinstance(item, ir.Spread):
            out.items.append(self.value(item, scope))
            continue
        value = self.value(item.value, scope)
        for option, guard in options(value):
            spread = members.to_array(self, option)
            self.spend(len(spread.items))
            out.open = out.open or spread.open
            wrap = guard if isinstance(value, Choice) else None
            out.items.extend(Guarded(i, wrap) if wrap and not isinstance(i, Guarded) else i for i in spread.items)
        if len(out.items) > MAX_ITEMS:
            del out.items[MAX_ITEMS:]
            out.open = Unknown("too-many-items")
    return out


def _object(self: Evaluator, node: ir.Object, scope: Scope) -> Any:  # noqa: ANN401
    out = Obj(place=(scope.module.path, node.line), born=len(self.logs), held=len(self.guards))
    for prop in node.props:
        if prop.kind == "spread":
            members.spread_into(self, out, self.value(prop.value, scope))
            continue
        key = prop.key if isinstance(prop.key, str) else key_of(likely(self.value(prop.key, scope)))
        if key is None:
            out.open = out.open or Unknown("computed-key")
            self.value(prop.value, scope)
            continue
        if key not in out.places:
            place = (scope.module.path, prop.line)
            if isinstance(prop.key, ir.Node):
                named = self.value(prop.key, scope)
                place = (named.file, named.line) if isinstance(named, Text) else place
            out.places[key] = place
        if isinstance(prop.value, ir.Function):
            function = Fn(prop.value, scope, this=scope.frame.this if prop.value.arrow else UNDEFINED)
            if prop.kind == "set":
                continue
            out.props[key] = Getter(function) if prop.kind == "get" else function
        else:
            out.props[key] = self.value(prop.value, scope)
    return out


def _function(_: Evaluator, node: ir.Function, scope: Scope) -> Any:  # noqa: ANN401
    if node.arrow:
        return Fn(node, scope, this=scope.frame.this, home=scope.frame.home)
    return Fn(node, scope)


def _class(self: Evaluator, node: ir.Class, scope: Scope) -> Any:  # noqa: ANN401
    parent = self.value(node.parent, scope) if node.parent is not None else None
    made = Cls(node, scope, parent, node.name)
    calls.prepare_class(self, made)
    return made


def _chain(self: Evaluator, node: ir.Chain, scope: Scope) -> Any:  # noqa: ANN401
    links, base = node.links, node.base
    at = 0
    if isinstance(base, ir.Name) and base.id in ("super", "import") and links:
        value, at = calls.special(self, base.id, links, scope)
    else:
        value = self.value(base, scope)
    this: Any = UNDEFINED
    get: ir.Get | None = None
    if at == 1 and isinstance(links[0], ir.Get):  # `super.method`, called next
        this, get = scope.frame.this, links[0]
    for link in links[at:]:
        self.spend()
        if getattr(link, "optional", False) and (value is None or value is UNDEFINED):
            return UNDEFINED
        if isinstance(link, ir.Get):
            this, get = value, link
            value = members.get(self, value, link.name)
        elif isinstance(link, ir.Index):
            this = value
            key = self.value(link.key, scope)
            get = ir.Get(key, False, link.line, -1) if isinstance(key, str) else None  # noqa: FBT003
            value = members.index(self, value, key)
        elif isinstance(link, ir.Call):
            value = calls.call_link(self, value, this, link, get, scope)
            this, get = UNDEFINED, None
        else:
            value = instances.tagged(self, value, link, scope)
            this, get = UNDEFINED, None
    return value


def _new(self: Evaluator, node: ir.New, scope: Scope) -> Any:  # noqa: ANN401
    callee = self.value(node.callee, scope)
    args = self.arguments(node.args, scope)
    if isinstance(callee, Unknown):
        calls.show(self, callee, args, ir.Get("new", False, node.line, node.pos), scope)  # noqa: FBT003
    return calls.construct(self, callee, args)


def _unary(self: Evaluator, node: ir.Unary, scope: Scope) -> Any:  # noqa: ANN401
    return operators.unary(node.op, self.value(node.value, scope))


def _binary(self: Evaluator, node: ir.Binary, scope: Scope) -> Any:  # noqa: ANN401
    left, right = self.value(node.left, scope), self.value(node.right, scope)
    if node.op == "in":
        return members.has(right, left)
    if node.op == "instanceof":
        return instances.instance_of(left, right)
    return operators.binary(node.op, left, right)


def _logical(self: Evaluator, node: ir.Logical, scope: Scope) -> Any:  # noqa: ANN401
    left = self.value(node.left, scope)
    nullish = left is None or left is UNDEFINED
    found = (None if isinstance(left, Unknown | Choice | Guarded) else not nullish) if node.op == "??" else truth(left)
    if found is not None:
        keep = found if node.op in ("||", "??") else not found
        return left if keep else self.value(node.right, scope)
    if node.op == "&&":
        text = left.text if isinstance(left, Unknown) else ""
        guard = condition(left, text or "condition", scope.module.path, node.line)
        right = _attempt(self, node.right, scope, guard)
        if right is _THROWS:
            return left
        if isinstance(right, Unknown):
            return operators.logical(node.op, left, right)
        unlike = condition(left, text or "condition", scope.module.path, node.line, negate=True)
        return Choice([(right, guard), (False, unlike)])
    right = _attempt(self, node.right, scope, None)
    return left if right is _THROWS else operators.logical(node.op, left, right)


_THROWS = object()


def _attempt(self: Evaluator, node: ir.Node, scope: Scope, guard: Condition | None) -> Any:  # noqa: ANN401
    """Evaluate what may not be reached; `_THROWS` where it ends the program."""
    try:
        with self.under(guard):
            return self.value(node, scope)
    except Thrown:
        return _THROWS


def _conditional(self: Evaluator, node: ir.Conditional, scope: Scope) -> Any:  # noqa: ANN401
    found, yes, no = self.test(node.test, scope, node.text)
    if found is not None:
        return self.value(node.yes if found else node.no, scope)
    first, second = _attempt(self, node.yes, scope, yes), _attempt(self, node.no, scope, no)
    if first is _THROWS and second is _THROWS:
        raise Thrown
    if first is _THROWS or second is _THROWS:
        return second if first is _THROWS else first
    return join([(first, yes), (second, no)])


def _assign(self: Evaluator, node: ir.Assign, scope: Scope) -> Any:  # noqa: ANN401
    if node.op == "=":
        value = self.value(node.value, scope)
        binding.bind(self, node.target, value, scope, declare=False)
        return value
    old = self.value(node.target, scope) if isinstance(node.target, ir.Node) else Unknown("not-evaluated")
    op = node.op[:-1]
    if op in ("||", "&&", "??"):
        value = _logical(self, ir.Logical(node.line, op, _Value(node.line, old), node.value), scope)
    else:
        right = self.value(node.value, scope)
        strings = op == "+" and any(isinstance(likely(v), str) for v in (old, right))
        file = scope.module.path
        value = concat([old, right], file, node.line, template=False) if strings else operators.binary(op, old, right)
    binding.bind(self, node.target, value, scope, declare=False)
    return value


class _Value(ir.Node):
    """A value already at hand, in the place of an expression."""

    __slots__ = ("held",)

    def __init__(self, line: int, held: Any) -> None:  # noqa: ANN401
        super().__init__(line)
        self.held = held


def _sequence(self: Evaluator, node: ir.Sequence, scope: Scope) -> Any:  # noqa: ANN401
    value: Any = UNDEFINED
    for item in node.items:
        value = self.value(item, scope)
    return value


NODES: dict[type, Callable[[Any, Any, Scope], Any]] = {
    ir.Const: _const,
    ir.Template: _template,
    ir.Concat: _concat,
    ir.Name: _name,
    ir.Array: _array,
    ir.Object: _object,
    ir.Function: _function,
    ir.Class: _class,
    ir.Chain: _chain,
    ir.New: _new,
    ir.Unary: _unary,
    ir.Binary: _binary,
    ir.Logical: _logical,
    ir.Conditional: _conditional,
    ir.Assign: _assign,
    ir.Sequence: _sequence,
    ir.Await: lambda s, n, sc: s.value(n.value, sc),
    ir.Spread: lambda s, n, sc: s.value(n.value, sc),
    ir.Pattern: lambda _, n, __: compile_regex(n.source, n.flags),
    ir.Opaque: lambda _, n, __: Unknown("not-evaluated", n.text),
    _Value: lambda _, n, __: n.held,
}
