"""Under which condition a tool is registered: a guard around its place, or around every place that leads to it."""

import re

from tree_sitter import Node

from crawler.extractors.golang.evaluate import Evaluator
from crawler.extractors.golang.index import Decl, GoIndex
from crawler.extractors.golang.values import Obj
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import line, text
from mcp_catalogue.model import Condition

MAX_LEVELS = 5
_KINDS = (
    ("env", re.compile(r"Getenv|LookupEnv|environ", re.IGNORECASE)),
    ("platform", re.compile(r"GOOS|GOARCH|windows|darwin|platform", re.IGNORECASE)),
    ("mode", re.compile(r"read_?-?only|allow_?write|enable_?write|write_?mode|\bmode\b|[a-z]Mode\b", re.IGNORECASE)),
    ("toolset", re.compile(r"(?i)tool_?set|tool_?group|category|enabled_?tools|tool_?enabled|profile|module")),
    ("auth", re.compile(r"token|auth|credential|api_?key|login|scope|permission|oauth", re.IGNORECASE)),
)  # fmt: skip
_FLAG = re.compile(
    r"(?i)flag|feature|enable|disable|config|cfg|opts?\b|option|settings|experiment|allow|insecure|danger"
)
_COMPARES = re.compile(r"[=!<>]=|[<>]")
_NOT_A_GUARD = re.compile(r"\berr\b|\bok\b|\berror\b|len\(|\bnil\b.*\berr|exists|found")


class Guards:
    """Finds the guard of a place."""

    def __init__(self, index: GoIndex, run: Evaluator) -> None:
        self.index = index
        self.run = run
        self._of_decl: dict[int, Condition | None] = {}

    def of(self, tool: Obj, name: str, file: str, at: int) -> Condition | None:
        """Return the condition of the tool whose `name` stands at `file`:`at`."""
        declared = self._declared(tool)
        if declared is not None:
            return declared
        node = self._node(name, file, at)
        decl = self.index.enclosing(node) if node is not None else None
        if decl is not None and decl.kind == "const":
            node = tool.node
            decl = self.index.enclosing(node) if node is not None else None
        if node is None or decl is None:
            return None
        return self._around(node, decl) or self._above(decl, 0)

    def _node(self, name: str, file: str, at: int) -> Node | None:
        package = self.index.package(file.rpartition("/")[0])
        root = next((f.root for f in package.files if f.path == file), None)
        if root is None or root.text is None:
            return None
        lines = root.text.split(b"\n")
        raw = lines[at - 1] if at <= len(lines) else b""
        column = max(raw.find(name.encode()), len(raw) - len(raw.lstrip()))
        return root.named_descendant_for_point_range((at - 1, column), (at - 1, column + 1))

    def _around(self, node: Node, decl: Decl) -> Condition | None:
        """Return the nearest guard between `node` and its declaration: an `if` around it, or one that left before."""
        here: Node = node
        while here.parent is not None and here.id != decl.node.id:
            parent = here.parent
            if parent.type == "if_statement":
                condition = child(parent, "condition")
                if condition is not None and condition.id != here.id and (found := guard(condition, decl.file.path)):
                    return found
            elif (
                parent.type == "expression_case"
                and (value := child(parent, "value")) is not None
                and value.id != here.id
            ):
                subject = child(parent.parent, "value") if parent.parent is not None else None
                expression = f"{text(subject)} == {text(value)}" if subject is not None else text(value)
                if found := classify(expression, decl.file.path, line(value)):
                    return found
            elif parent.type == "statement_list" and (found := self._left_before(here, parent, decl)):
                return found
            here = parent
        return None

    def _left_before(self, node: Node, statements: Node, decl: Decl) -> Condition | None:
        for item in statements.named_children:
            if item.id == node.id:
                return None
            if item.type == "if_statement" and child(item, "alternative") is None:
                body = text(child(item, "consequence"))
                condition = child(item, "condition")
                short = len(body) < 400 and re.search(r"\breturn\b|\bcontinue\b", body) and "err" not in body
                if short and condition is not None and (found := guard(condition, decl.file.path, negated=True)):
                    return found
        return None

    def _above(self, decl: Decl, level: int) -> Condition | None:
        """Return a guard when every use of `decl` stands under one."""
        if decl.node.id in self._of_decl or level > MAX_LEVELS:
            return self._of_decl.get(decl.node.id)
        self._of_decl[decl.node.id] = None
        if decl.kind == "method":
            home = self.index.package(decl.file.folder).names.get(decl.receiver)
            uses = list(self.index.uses(decl.receiver, decl.file.folder)) if home is not None else []
            uses = [(d, n) for d, n in uses if d.receiver != decl.receiver and d.kind != "type"]
        else:
            uses = [(d, n) for d, n in self.index.uses(decl.name, decl.file.folder) if d.node.id != decl.node.id]
        found = None
        for user, node in uses:
            condition = self._around(node, user) or self._above(user, level + 1)
            if condition is None:
                return None
            found = found or condition
        self._of_decl[decl.node.id] = found
        return found

    def _declared(self, tool: Obj) -> Condition | None:
        """Read the flag or toolset that the object around a tool names."""
        owner = tool.owner
        if owner is None:
            return None
        for name, value in owner.fields.items():
            lowered = name.lower()
            place = (self._file(owner), owner.lines.get(name) or (line(owner.node) if owner.node else 1))
            flagged = ("feature" in lowered or "flag" in lowered) and "disable" not in lowered
            if flagged and isinstance(value, str) and value:
                return Condition(
                    kind="flag", expression=f"{name} == {value!r}", default_on=None, file=place[0], line=place[1]
                )
            if isinstance(value, Obj) and ("toolset" in lowered or "group" in lowered):
                default = next(
                    (n for n in ("Default", "EnabledByDefault", "IsDefault") if self.run.field_type(value.type, n)),
                    None,
                )
                label = next((str(v) for n in ("ID", "Name") if isinstance(v := value.fields.get(n), str)), name)
                if default is not None and value.fields.get(default) is not True:
                    file = self._file(value) or place[0]
                    at = line(value.node) if value.node is not None else place[1]
                    return Condition(
                        kind="toolset", expression=f"{name} == {label!r}", default_on=False, file=file, line=at
                    )
        return None

    def _file(self, value: Obj) -> str:
        home = self.index.enclosing(value.node) if value.node is not None else None
        return home.file.path if home is not None else value.file


def guard(condition: Node, file: str, *, negated: bool = False) -> Condition | None:
    """Return the condition that an `if` states, None where it only handles an error or an absence."""
    expression = text(condition)
    return classify(f"!({expression})" if negated else expression, file, line(condition))


def classify(expression: str, file: str, at: int) -> Condition | None:
    """Name the kind of a guard by what it asks for; None where it asks for nothing of the configuration."""
    expression = " ".join(expression.split())[:200]
    for kind, pattern in _KINDS:
        if pattern.search(expression):
            return Condition(kind=kind, expression=expression, default_on=None, file=file, line=at)  # type: ignore[arg-type]
    field = "." in expression and not _COMPARES.search(expression)  # `s.experimental`, not `schema.Type != "object"`
    if _NOT_A_GUARD.search(expression) or not (field or _FLAG.search(expression)):
        return None
    return Condition(kind="flag", expression=expression, default_on=None, file=file, line=at)
