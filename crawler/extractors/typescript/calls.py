"""Calls: functions, methods, classes, and what is not known."""

from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import binding, execute, ir, members
from crawler.extractors.typescript.callsite import UNHANDLED, CallSite
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.schema import Schema
from crawler.extractors.typescript.values import (
    Arr,
    Choice,
    Cls,
    Exhausted,
    Fn,
    Frame,
    Getter,
    Guarded,
    Native,
    Obj,
    Scope,
    Thrown,
    Unknown,
    join,
    known,
    likely,
)

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

MAX_CALLS = 120
"""Nested calls."""
SHARE = 2
"""A call may use this part of what its caller has left, …"""
OFF_SHARE = 16
"""… and this part where it is not reached by default, …"""
PLENTY = 0.97
"""While this part of the budget is left, nobody asks what leads to registrations."""
UNFORESEEN = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)
DEEP = 4
"""While a call may still use this part of it, nobody asks either: deep down shares are small."""
SCARCE = 0.7
"""When less is left, what is not reached by default and leads to none is not called."""
MIN_SHARE = 15_000
"""… but at least so many steps."""
MAX_CUTS = 2
"""How often a function may use up its share before it is not called any more."""
MAX_CLOSED = 2
"""How many scopes a callback is run with while it registers nothing."""
MAX_SAME = 30
"""Nested calls of one function with known arguments; with unknown ones, 2."""


def call_link(self: "Evaluator", callee: Any, this: Any, link: ir.Call, get: ir.Get | None, scope: Scope) -> Any:  # noqa: ANN401, PLR0913
    """Call what a chain has come to; a method call is shown to the sink first."""
    args = self.arguments(link.args, scope)
    if get is not None:
        handled = self.sink.intercept(CallSite(this, callee, args, get, link, scope.module))
        if handled is not UNHANDLED:
            return handled
    elif isinstance(callee, Unknown):
        show(self, callee, args, ir.Get("", False, link.line, link.pos), scope)  # noqa: FBT003
    return call(self, callee, this, args, link.pos)


def show(self: "Evaluator", callee: Unknown, args: list[Any], get: ir.Get, scope: Scope) -> None:
    """Show the sink a call of something unknown that is no method call: `fetch(…)`, `new Client(…)`, `` sql`…` ``."""
    link = ir.Call([], False, get.line, get.line, get.pos)  # noqa: FBT003
    self.sink.intercept(CallSite(UNDEFINED, callee, args, get, link, scope.module))


def call(self: "Evaluator", callee: Any, this: Any, args: list[Any], pos: int = -1) -> Any:  # noqa: ANN401
    """Call any value."""
    self.spend()
    if isinstance(callee, Fn):
        if args and isinstance(args[0], Schema):
            from crawler.extractors.typescript.zod_bundled import converts  # noqa: PLC0415 (it calls functions)

            converted = converts(self, callee, args)
            if converted is not None:
                return converted
        return invoke(self, callee, this, args) if self.memory is None else self.memory.call(self, callee, this, args)
    if isinstance(callee, Native):
        try:
            return callee.call(self, this if callee.this is UNDEFINED else callee.this, args, pos)
        except UNFORESEEN:  # a library function that was given what nobody thought of: one value is lost, not all
            return Unknown("not-evaluated", callee.name)
    if isinstance(callee, Choice):
        results = []
        for option, guard in callee.options[:200]:
            with self.under(guard):
                results.append((call(self, option, this, args, pos), guard))
        return join(results)
    if isinstance(callee, Guarded):
        with self.under(callee.guard):
            return call(self, callee.value, this, args, pos)
    if isinstance(callee, Unknown):
        return _call_unknown(self, callee, args)
    caller = getattr(callee, "called", None)
    if caller is not None:
        return caller(self, args)
    return Unknown("not-callable")


def _call_unknown(self: "Evaluator", callee: Unknown, args: list[Any]) -> Any:  # noqa: ANN401
    guess = likely(callee)
    if isinstance(guess, Fn):
        return call(self, guess, UNDEFINED, args)
    if isinstance(guess, Native):
        result = call(self, guess, UNDEFINED, args)
        name = f"{callee.text}(…)"[-160:]
        return Unknown(callee.reason, name, callee.kind, result) if known(result) else result
    name = callee.text.rpartition(".")[2]
    if callee.spec is not None:
        self.listener.reached(callee.spec)
        if name.lower().endswith("mcpserver"):
            self.listener.made(callee, args)
        elif name in _AS_GIVEN and len(args) == 1 and isinstance(args[0], Obj):
            return args[0]
    for arg in args:
        run_callback(self, arg)
    kind = callee.kind
    made = Unknown("run-time", f"{callee.text}(…)"[:160], kind, spec=callee.spec, path=f"{callee.path}()"[:120])
    if kind is not None and known(guess):
        # A method of an unset option: `undefined?.split(",")`, `"".trim()`; argv holds no flag.
        made.guess = False if name in ("includes", "has", "startsWith", "endsWith", "test", "some") else UNDEFINED
    return made


_AS_GIVEN = frozenset({"createTool", "defineTool", "defineMcpTool"})  # they only check a definition's type


def run_callback(self: "Evaluator", arg: Any, given: list[Any] | None = None) -> None:  # noqa: ANN401
    """Run a function that was given to unknown code, with what is known of its arguments.

    Once; again where it closes over other values, as long as that registers something.
    """
    if isinstance(arg, Fn) and _due(self, arg) and self.sink.interesting(arg):
        self.ran.add(id(arg.node))
        count = len(arg.node.body().params)
        before = self.sink.count()
        try:
            invoke(self, arg, arg.this, given or [Unknown("argument") for _ in range(count)])
        except Thrown:
            return
        finally:
            if self.sink.count() > before:
                self.closed[id(arg.node)] = [arg.scope]
    elif isinstance(arg, Obj) and arg.kind == "object":
        for prop in list(arg.props.values())[:50]:
            if isinstance(prop, Fn):
                run_callback(self, prop)


def _due(self: "Evaluator", function: Fn) -> bool:
    """Whether a callback is to be run: for the first time, or soon after with another scope."""
    if self.memory is not None:
        return id(function.node) not in self.ran
    scopes = self.closed.setdefault(id(function.node), [])
    if len(scopes) >= MAX_CLOSED or function.scope in scopes or (not scopes and id(function.node) in self.ran):
        return False
    scopes.append(function.scope)
    return True


def invoke(self: "Evaluator", function: Fn, this: Any, args: list[Any]) -> Any:  # noqa: ANN401
    """Run a function's body with its parameters bound, and join what it returns."""
    node = function.node
    same = self.active.get(id(node), 0)
    if same and (same > MAX_SAME or (same >= 2 and not all(known(a) for a in args))):
        return Unknown("recursive", node.name)
    scarce = self.left < self.budget * SCARCE
    if scarce and self.guards and self.guards[-1].default_on is False and not self.relevance.leads(function):
        return Unknown("too-much-work", node.name)
    if self.depth > MAX_CALLS:
        return Unknown("nested-too-deep", node.name)
    if self.cut.get(id(node), 0) > MAX_CUTS:
        return Unknown("too-much-work", node.name)
    self.active[id(node)] = same + 1
    self.stack.append(function)
    self.depth += 1
    floor = self.floor
    own_floor = _own_floor(self, function)
    self.floor = max(floor, own_floor)
    guards, logs = len(self.guards), len(self.logs)
    try:
        return _run(self, function, this, args)
    except RecursionError:
        return Unknown("nested-too-deep", node.name)
    except Thrown:
        if self.trying or self.logs:
            raise
        if self.memory is not None:
            self.memory.failed(function.scope.module.path, node.line)
        return Unknown("throws", node.name)
    except Exhausted:
        if own_floor <= floor:
            raise
        # This call used up its share, not its callers': they go on without its result.
        self.cut[id(node)] = self.cut.get(id(node), 0) + 1
        del self.guards[guards:], self.logs[logs:]
        return Unknown("too-much-work", node.name)
    finally:
        self.active[id(node)] = same
        self.stack.pop()
        self.depth -= 1
        self.floor = floor


def _own_floor(self: "Evaluator", function: Fn) -> int:
    """What must be left of the budget when the call ends; only what leads to registrations may use it all."""
    share = OFF_SHARE if self.guards and self.guards[-1].default_on is False else SHARE
    allowed = max((self.left - self.floor) // share, MIN_SHARE)
    scarce = self.left < self.budget * PLENTY or (share == SHARE and allowed < self.budget // DEEP)
    return self.floor if scarce and self.relevance.leads(function) else self.left - allowed


def _run(self: "Evaluator", function: Fn, this: Any, args: list[Any]) -> Any:  # noqa: ANN401
    body = function.node.body()
    own = function.this if function.node.arrow else this
    frame = Frame(own, function.home, len(self.guards))
    scope = Scope(function.scope, frame, function.scope.module)
    if not function.node.arrow:
        scope.names["arguments"] = Arr(list(args))
        if function.node.name and function.node.name != "constructor":
            scope.names.setdefault(function.node.name, self_reference(function))
    for index, param in enumerate(body.params):
        if param.rest:
            value: Any = Arr(list(args[index:]))
        else:
            value = args[index] if index < len(args) else UNDEFINED
        binding.bind(self, param.target, value, scope, declare=True)
        if param.field is not None and isinstance(own, Obj):
            own.props[param.field] = scope.names.get(param.field, value)
    try:
        execute.run_block(self, body.statements, scope)
    except Thrown:
        if not frame.returns:  # else it returned before, where a test came out the other way
            raise
    return join(frame.returns) if frame.returns else UNDEFINED


def self_reference(function: Fn) -> Any:  # noqa: ANN401
    """What a function's own name means inside it."""
    return function


def special(self: "Evaluator", base: str, links: list[Any], scope: Scope) -> tuple[Any, int]:
    """Evaluate the start of a chain at `super` or `import(…)`; also the number of links used."""
    first = links[0]
    if base == "import":
        if isinstance(first, ir.Call):
            args = self.arguments(first.args, scope)
            return scope.module.dynamic_import(args[0] if args else UNDEFINED), 1
        return Unknown("run-time", "import"), 0
    frame = scope.frame
    parent = frame.home.parent if frame.home is not None else None
    if isinstance(first, ir.Call):
        args = self.arguments(first.args, scope)
        if isinstance(frame.this, Obj):
            initialise(self, frame.this, parent, args)
            if frame.home is not None:
                set_fields(self, frame.this, frame.home)
        return UNDEFINED, 1
    if isinstance(first, ir.Get):
        found = find_method(self, parent, first.name) if isinstance(parent, Cls) else None
        if found is None:
            return Unknown("run-time", f"super.{first.name}"), 1
        value = call(self, found.function, frame.this, []) if isinstance(found, Getter) else found
        if len(links) > 1 and isinstance(links[1], ir.Call) and isinstance(value, Fn):
            return invoke(self, value, frame.this, self.arguments(links[1].args, scope)), 2
        return value, 1
    return Unknown("run-time", "super"), 0


def prepare_class(self: "Evaluator", made: Cls) -> None:
    """Sort a class's members and evaluate its static ones."""
    scope = made.scope.inner()
    scope.frame = Frame(made, made)
    if made.name:
        scope.names[made.name] = made
    made.scope = scope
    made.ready = True
    for member in made.node.members():
        key = member.key if isinstance(member.key, str) else members.text_key(self.value(member.key, scope))
        if key is None:
            continue
        if member.kind == "block":
            execute.run_block(self, member.value, scope)
        elif member.kind == "field":
            if member.static:
                made.props[key] = self.value(member.value, scope)
            else:
                made.fields.append(member)
        elif member.kind != "set":
            function = Fn(member.value, scope, home=made)
            self.relevance.note(key, made.scope.module, member.value.start, member.value.end)
            target = made.props if member.static else made.methods
            target[key] = Getter(function) if member.kind == "get" else function


def construct(self: "Evaluator", callee: Any, args: list[Any]) -> Any:  # noqa: ANN401
    """`new callee(args)`."""
    self.spend()
    if isinstance(callee, Choice):
        return join([(construct(self, v, args), g) for v, g in callee.options[:8]])
    if args and isinstance(args[0], Obj):
        from crawler.extractors.typescript.zod_bundled import from_definition  # noqa: PLC0415

        schema = from_definition(self, callee, args)
        if schema is not None:
            return schema
    if isinstance(callee, Native):
        return callee.call(self, NEW, args, -1)
    if isinstance(callee, Cls) and self.sink.foreign(callee):
        self.listener.made(callee, args)
        for arg in args:
            run_callback(self, arg)
        return Unknown("run-time", f"new {callee.name}", spec=BUNDLED, path="new McpServer", guards=tuple(self.guards))
    if isinstance(callee, Cls) and callee.methods.keys() >= _COMMANDER:
        from crawler.extractors.typescript.commandline import parser  # noqa: PLC0415 (it calls functions)

        return parser(self)
    if isinstance(callee, Cls | Fn):
        made = Obj(proto=callee if isinstance(callee, Cls) else members.prototype(callee))
        made.guards, made.born, made.held = tuple(self.guards), len(self.logs), len(self.guards)
        result = initialise(self, made, callee, args)
        return result if isinstance(callee, Fn) and isinstance(result, Obj | Fn) else made
    if isinstance(callee, Unknown):
        self.listener.made(callee, args)
        for arg in args:
            run_callback(self, arg)
        text = f"new {callee.text}"[:160]
        return Unknown("run-time", text, None, spec=callee.spec, path=f"new {callee.path}", guards=tuple(self.guards))
    return Unknown("run-time", "new")


_COMMANDER = frozenset({"option", "requiredOption", "addOption", "action", "command", "parseAsync"})
"""Method names that only commander's class has together: a copy of it inside a bundle."""
BUNDLED = "@modelcontextprotocol/sdk"
"""The package that a copy of an SDK's class inside a bundle stands for."""
NEW = object()
"""The `this` that a native function sees when it is called with `new`."""


def initialise(self: "Evaluator", made: Obj, callee: Any, args: list[Any]) -> Any:  # noqa: ANN401
    """Run fields and constructor of a class, or a constructor function, on `made`."""
    if isinstance(callee, Fn):
        return invoke(self, callee, made, args)
    if not isinstance(callee, Cls) or self.sink.foreign(callee):
        if isinstance(callee, Unknown | Cls):
            self.listener.made(callee, args)
        if isinstance(callee, Unknown | Native | Cls):
            made.open = made.open or Unknown(
                "inherited", getattr(callee, "text", ""), spec=getattr(callee, "spec", None)
            )
            for arg in args:
                run_callback(self, arg)
        return UNDEFINED
    constructor = callee.methods.get("constructor")
    if callee.parent is None:
        set_fields(self, made, callee)
    if isinstance(constructor, Fn):
        return invoke(self, constructor, made, args)
    if callee.parent is not None:
        initialise(self, made, callee.parent, args)
        set_fields(self, made, callee)
    return UNDEFINED


def set_fields(self: "Evaluator", made: Obj, cls: Cls) -> None:
    """Evaluate the instance fields of one class on `made`."""
    scope = cls.scope.inner()
    scope.frame = Frame(made, cls)
    for member in cls.fields:
        key = member.key if isinstance(member.key, str) else members.text_key(self.value(member.key, scope))
        if key is not None:
            made.props[key] = self.value(member.value, scope)
            made.places[key] = (scope.module.path, member.line)


def find_method(self: "Evaluator", cls: Any, name: str) -> Any:  # noqa: ANN401
    """Return a method or getter from a class or its parents; None where there is none."""
    for _ in range(40):
        if isinstance(cls, Cls):
            if self.sink.foreign(cls):
                return None
            found = cls.methods.get(name)
            if found is not None:
                return found
            cls = cls.parent
        elif isinstance(cls, Fn):
            cls = members.prototype(cls)
        elif isinstance(cls, Obj):
            if name in cls.props:
                return members.own(self, cls, name)
            cls = cls.proto
        else:
            return None
    return None
