"""Running the command as a user does, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def catalogue(tmp_path: Path) -> Run:
    """Run `catalogue …` in an empty folder; its answer holds the exit code, standard output and standard error."""

    def run(*words: str | Path, given: str | None = None, **variables: str) -> "subprocess.CompletedProcess[str]":
        script = Path(sys.executable).parent / "catalogue"
        folder = tmp_path / "here"
        folder.mkdir(exist_ok=True)
        return subprocess.run(
            [str(script), *map(str, words)],
            cwd=folder,
            env={**os.environ, **variables},
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    return run
