"""How templates become code: the same text as the engine's own, with less done for it.

What a template puts out is gathered in one list instead of passing through a generator piece by piece, as bytes from
the start: text goes through `escape_text`, and `bytes` are ready for the page. An attribute is an attribute: contexts
are classes, never dicts. A name is there or the page fails as it begins: no name is looked for again where it is used,
and none may be set in one branch only. What was set to escaped text is put out as it is. Measured: more than half of
the time of a page.

`{% filter keep(a, b) %}…{% endfilter %}` marks a part of a template that depends on nothing but `a` and `b`. Such a
part is rendered once for each of their values and then taken from memory. A test holds the names inside against those
in the brackets; to any other environment `keep` is a filter that changes nothing.
"""

from collections.abc import Hashable, Iterable
from typing import Any, NoReturn

from jinja2 import Environment, UndefinedError, nodes
from jinja2.compiler import CodeGenerator, DependencyFinderVisitor, Frame
from jinja2.nodes import EvalContext, Node
from jinja2.runtime import Context

from mcp_catalogue.pages.text import escape_text

MOST = 2048
"""Values of one part that are kept; when there are more, it begins anew."""
_PIECES = "pieces"


class Kept(dict[Hashable, bytes]):
    """The renderings of one part by what it depends on."""

    def keep(self, key: Hashable, text: bytes) -> bytes:
        """Remember `text`, and answer it."""
        if len(self) >= MOST:
            self.clear()
        self[key] = text
        return text


class Given(dict[str, Any]):
    """The values of a page; a name that is not among them is an error."""

    def __missing__(self, key: str) -> NoReturn:
        raise UndefinedError(f"{key!r} is undefined")


class Values(Context):
    """A context that is made in no time: no blocks, no globals."""

    def __init__(
        self, environment: Environment, parent: dict[str, Any], name: str | None, *_: object, **__: object
    ) -> None:
        self.environment = environment
        self.parent = parent if type(parent) is Given else Given(parent)
        self.name = name
        self.vars = {}
        self.exported_vars = set()
        self.eval_ctx = _EVALUATION
        self.blocks = {}


class Generator(CodeGenerator):
    """See the module's text."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 — the engine's own
        super().__init__(*given, **named)
        self._ready: set[str] = set()

    def get_resolve_func(self) -> str:
        """Take names from the page's values."""
        return "context.parent.__getitem__"

    def pull_dependencies(self, nodes: Iterable[Node]) -> None:
        """Name the filters and tests that are used; one that does not exist is an error here."""
        visitor = DependencyFinderVisitor()
        for node in nodes:
            visitor.visit(node)
        for known, names, kind in (
            (self.filters, visitor.filters - {"keep"}, "filters"),
            (self.tests, visitor.tests, "tests"),
        ):
            for name in sorted(names):
                known[name] = self.temporary_identifier()
                self.writeline(f"{known[name]} = environment.{kind}[{name!r}]")

    def enter_frame(self, frame: Frame) -> None:
        """Gather what the template puts out in one list."""
        super().enter_frame(frame)
        if frame.rootlevel and frame.toplevel:
            frame.buffer = _PIECES
            self.writeline(f"{_PIECES} = []")
            self.writeline("escape_text = environment.escape_text")

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:  # noqa: FBT001, FBT002 — inherited
        """Yield the whole text at the end."""
        if frame.buffer == _PIECES and frame.rootlevel and frame.toplevel:
            self.writeline(f"yield concat({_PIECES})")
        super().leave_frame(frame, with_python_scope)

    def pop_assign_tracking(self, frame: Frame) -> None:
        """Leave out what only importing templates would see."""
        del frame
        self._assign_stack.pop()

    def visit_If(self, node: nodes.If, frame: Frame) -> None:  # noqa: N802 — inherited
        """Refuse a name that is set in one branch only."""
        if node.find(nodes.Assign) or node.find(nodes.AssignBlock):
            self.fail("a name that is set in one branch only", node.lineno)
        super().visit_If(node, frame)

    def visit_Name(self, node: nodes.Name, frame: Frame) -> None:  # noqa: N802 — inherited
        """Write a plain name."""
        if node.ctx == "load":
            self.write(frame.symbols.ref(node.name))
        else:
            super().visit_Name(node, frame)

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:  # noqa: N802 — inherited
        """Note which names stand for escaped text."""
        super().visit_Assign(node, frame)
        one = isinstance(node.target, nodes.Name)
        targets, values = ([node.target], [node.node]) if one else (node.target.items, node.node.items)  # type: ignore[attr-defined]
        for target, value in zip(targets, values, strict=True):
            ref = frame.symbols.ref(target.name)
            if isinstance(value, nodes.Filter) and value.name in {"escape", "e"}:
                self._ready.add(ref)
            else:
                self._ready.discard(ref)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 — inherited
        """Write a plain attribute."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802 — inherited
        """Write a plain subscript."""
        self.visit(node.node, frame)
        self.write("[")
        self.visit(node.arg, frame)
        self.write("]")

    def visit_FilterBlock(self, node: nodes.FilterBlock, frame: Frame) -> None:  # noqa: N802 — inherited
        """Write a part that is kept; any other filter as ever."""
        if node.filter.name != "keep":
            super().visit_FilterBlock(node, frame)
            return
        found, key = self.temporary_identifier(), self.temporary_identifier()
        kept = f"environment.kept[{len(self.environment.kept)}]"  # type: ignore[attr-defined]
        self.environment.kept.append(Kept())  # type: ignore[attr-defined]
        self.writeline(f"{key} = (", node)
        for given in node.filter.args:
            self.visit(given, frame)
            self.write(", ")
        self.write(")")
        self.writeline(f"{found} = {kept}.get({key})")
        self.writeline(f"if {found} is None:")
        self.indent()
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self.blockvisit(node.body, inner)
        self.writeline(f"{found} = {kept}.keep({key}, concat({inner.buffer}))")
        self.leave_frame(inner)
        self.outdent()
        self.writeline(f"{frame.buffer}.append({found})")

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:  # noqa: N802 — inherited
        """Write a part that is put into a name."""
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self.blockvisit(node.body, inner)
        self.newline(node)
        self.push_assign_tracking()
        self.visit(node.target, frame)
        self.pop_assign_tracking(frame)
        self.write(f" = concat({inner.buffer})")
        self._ready.add(frame.symbols.ref(node.target.name))  # type: ignore[attr-defined]
        self.leave_frame(inner)

    def _output_const_repr(self, group: Iterable[str]) -> str:
        return repr("".join(group).encode())

    def _is_ready(self, node: nodes.Expr, frame: Frame) -> bool:
        return isinstance(node, nodes.Name) and frame.symbols.ref(node.name) in self._ready

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401 — private type
        del finalize
        self.write("" if self._is_ready(node, frame) else "escape_text(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ANN401 — private type
        del finalize
        self.write("" if self._is_ready(node, frame) else ")")


class Compiler(Environment):
    """An environment with all of this."""

    code_generator_class = Generator
    context_class = Values
    escape_text = staticmethod(escape_text)
    concat = staticmethod(b"".join)  # type: ignore[assignment]

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 — the engine's own
        super().__init__(**settings)
        self.kept: list[Kept] = []


_EVALUATION = EvalContext(Environment(autoescape=True))
