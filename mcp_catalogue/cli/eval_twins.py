"""`catalogue eval twins`: pairs that must be told apart, and pairs that must not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from classifier import Classifier
from mcp_catalogue.cli.options import TextOrJson
from mcp_catalogue.evaluate.twins import Told, read_twins, tell


@dataclass(frozen=True, slots=True)
class _Wrong:
    id: str
    why: str
    a: tuple[str, str]
    b: tuple[str, str]


def twins(
    pairs: Annotated[Path, typer.Argument(help="File of pairs, or a folder of them.", exists=True)],
    output: TextOrJson = "text",
) -> None:
    """Label pairs of definitions and print how many come out as they must.

    Example: catalogue eval twins tests/adversarial/twins
    """
    told = list(tell(read_twins(pairs), Classifier()))
    wrong = [_wrong(t) for t in told if not t.right]
    counts = {
        kind: (sum(t.right for t in chosen), len(chosen))
        for kind, chosen in (
            ("one fact differs", [t for t in told if t.twin.different]),
            ("wording differs", [t for t in told if not t.twin.different]),
            ("all", told),
        )
    }
    if output == "json":
        body = {"pairs": {k: {"right": a, "of": b} for k, (a, b) in counts.items()}, "wrong": wrong}
        typer.echo(msgspec.json.encode(body).decode())
        return
    for kind, (right, number) in counts.items():
        typer.echo(f"{kind:18} {right} of {number}  ({100 * right / max(1, number):.1f} %)")
    for one in wrong:
        typer.echo(f"wrong {one.id} ({one.why}): {one.a[0]} must be {one.a[1]}, {one.b[0]} must be {one.b[1]}")


def _wrong(told: Told) -> _Wrong:
    twin = told.twin
    return _Wrong(twin.id, twin.why, (str(told.a.primary), str(twin.a_is)), (str(told.b.primary), str(twin.b_is)))
