"""The packages import each other in one direction only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BASE = {
    "mcp_catalogue.model",
    "mcp_catalogue.errors",
    "mcp_catalogue.resources",
    "mcp_catalogue.entries",
    "mcp_catalogue.schemas",
    "mcp_catalogue.schemas.descriptions",
    "mcp_catalogue.schemas.generate",
    "mcp_catalogue",
}
SHOWN = {"mcp_catalogue.addresses", "mcp_catalogue.attacks"}
# What each layer may import besides itself and BASE, by longest prefix.
ALLOWED: dict[str, set[str]] = {
    "crawler": set(),
    "classifier": set(),
    "mcp_catalogue.store": set(),
    "mcp_catalogue.policy": SHOWN,
    "mcp_catalogue.pages": SHOWN | {"mcp_catalogue.policy", "mcp_catalogue.store", "classifier"},
    "mcp_catalogue.export": SHOWN | {"mcp_catalogue.policy", "mcp_catalogue.store"},
    "mcp_catalogue.formats": SHOWN | {"mcp_catalogue.policy", "mcp_catalogue.diff"},
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def modules() -> list[tuple[str, Path]]:
    paths = [
        p for package in ("mcp_catalogue", "crawler", "classifier") for p in sorted((ROOT / package).rglob("*.py"))
    ]
    return [(".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), p) for p in paths]


def layer_of(module: str) -> str | None:
    return max((layer for layer in ALLOWED if module == layer or module.startswith(layer + ".")), key=len, default=None)


def inside(module: str, layer: str) -> bool:
    return module == layer or module.startswith(layer + ".")


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda v: v if isinstance(v, str) else "")
def test_imports_follow_the_layers(module: str, path: Path) -> None:
    layer = layer_of(module)
    if layer is None:
        return
    ours = [name for name in imports(path) if name.split(".")[0] in {"mcp_catalogue", "crawler", "classifier"}]
    wrong = [
        name
        for name in ours
        if name not in BASE and not inside(name, layer) and not any(inside(name, other) for other in ALLOWED[layer])
    ]
    assert not wrong, f"{module} must not import {wrong}"


def test_only_the_store_speaks_sql() -> None:
    speakers = {
        module
        for module, path in modules()
        if any(name.split(".")[0] in {"sqlite3", "sqlite_utils"} for name in imports(path))
    }
    allowed = ("mcp_catalogue.store", "mcp_catalogue.export.sqlite")
    assert all(any(inside(module, layer) for layer in allowed) for module in speakers), speakers


def test_only_the_command_line_prints() -> None:
    for module, path in modules():
        if inside(module, "mcp_catalogue.cli"):
            continue
        calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
        assert not any(isinstance(c.func, ast.Name) and c.func.id == "print" for c in calls), module
