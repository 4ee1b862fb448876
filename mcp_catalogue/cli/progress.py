"""Progress on a terminal, silence in a pipe; everything on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

ERR = Console(stderr=True, highlight=False, soft_wrap=True)


class Tick(Protocol):
    """Called once per finished item."""

    def __call__(self, text: str = "") -> None:
        """Count one more; `text` says what it was."""
        ...


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Tick]:
    """Show a bar while the block runs, if standard error is a terminal."""
    if not ERR.is_terminal:
        yield _silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERR, transient=True) as bar:
        task = bar.add_task(title, total=total)

        def tick(text: str = "") -> None:
            bar.update(task, advance=1, description=f"{title} {text[:50]}" if text else title)

        yield tick


def _silent(text: str = "") -> None:
    del text


def note(text: str) -> None:
    """Print one line on standard error."""
    ERR.print(text, markup=False)
