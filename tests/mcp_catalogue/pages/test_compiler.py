"""What templates keep depends on what they say it does; text that is kept is the text that would be rendered."""

from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import DictLoader, nodes

from mcp_catalogue.pages.compiler import MOST, Compiler, Values
from mcp_catalogue.pages.environment import environment
from mcp_catalogue.resources import resource_dir

TEMPLATES = resource_dir("site") / "templates"


def kept(name: str) -> list[nodes.FilterBlock]:
    parsed = environment().parse((TEMPLATES / name).read_text(encoding="utf-8"))
    return [block for block in parsed.find_all(nodes.FilterBlock) if block.filter.name == "keep"]


def chain(node: nodes.Node) -> tuple[str, ...]:
    """`a.b.c` as its parts; empty for anything else."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr) and (above := chain(node.node)):
        return (*above, node.attr)
    return ()


def used(node: nodes.Node, own: frozenset[str] = frozenset()) -> Iterator[tuple[str, ...]]:
    """Every name with its attributes that `node` takes from outside."""
    if isinstance(node, nodes.For):
        inner = own | {n.name for n in node.target.find_all(nodes.Name)} | {"loop"}
        inner |= {node.target.name} if isinstance(node.target, nodes.Name) else set()
        yield from used(node.iter, own)
        for part in (*node.body, *node.else_):
            yield from used(part, inner)
    elif found := chain(node):
        if found[0] not in own:
            yield found
    else:
        for part in node.iter_child_nodes():
            yield from used(part, own)


BLOCKS = [
    (path.relative_to(TEMPLATES).as_posix(), block)
    for path in sorted(TEMPLATES.rglob("*.html"))
    for block in kept(path.relative_to(TEMPLATES).as_posix())
]


@pytest.mark.parametrize(("name", "block"), BLOCKS, ids=[f"{name}:{block.lineno}" for name, block in BLOCKS])
def test_a_kept_part_names_what_it_depends_on(name: str, block: nodes.FilterBlock) -> None:
    keys = [chain(key) for key in block.filter.args]
    assert all(keys), f"{name}: a key is a name or an attribute"
    needed = {found for part in block.body for found in used(part)}
    assert {found for found in needed if not any(found[: len(key)] == key for key in keys)} == set()


def compiled(text: str) -> Compiler:
    return Compiler(loader=DictLoader({"t": text}), autoescape=True)


def render(env: Compiler, **values: object) -> bytes:
    (text,) = env.get_template("t").root_render_func(Values(env, values, "t"))
    whole: Any = text
    return bytes(whole)


def test_each_value_has_its_own_text() -> None:
    env = compiled("{% filter keep(a, b) %}<{{ a }}|{{ b }}>{% endfilter %}{{ c }}")
    rendered = [render(env, a=a, b=b, c=c) for a, b, c in (("<", 1, "x"), ("<", 2, "y"), ("<", 1, "z"))]
    assert rendered == [b"<&lt;|1>x", b"<&lt;|2>y", b"<&lt;|1>z"]
    assert env.kept[0].keys() == {("<", 1), ("<", 2)}


def test_what_is_kept_is_bounded() -> None:
    env = compiled("{% filter keep(a) %}{{ a }}{% endfilter %}")
    assert [render(env, a=n) for n in range(MOST + 5)] == [b"%d" % n for n in range(MOST + 5)]
    assert len(env.kept[0]) == 5
