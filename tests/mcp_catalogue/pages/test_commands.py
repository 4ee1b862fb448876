"""`catalogue build` and `catalogue serve` as they are typed."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_build_writes_checks_and_says_where(catalogue: Run, database: Path, tmp_path: Path) -> None:
    done = catalogue(
        "build", "--db", database, "--out", tmp_path / "site", "--check", "--base-url", "https://a.example/x"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "site" / "index.html")
    assert "150 tools" in done.stderr
    assert "in order" in done.stderr


def test_a_problem_in_the_site_is_exit_3(catalogue: Run, database: Path, tmp_path: Path) -> None:
    catalogue("build", "--db", database, "--out", tmp_path / "site")
    (tmp_path / "site" / "data" / "index.html").unlink()
    done = catalogue("build", "--db", database, "--out", tmp_path / "site", "--check")
    assert done.returncode == 3
    assert "leads nowhere" in done.stderr


def test_an_address_without_a_scheme_is_wrong_usage(catalogue: Run, database: Path, tmp_path: Path) -> None:
    done = catalogue("build", "--db", database, "--out", tmp_path / "site", "--base-url", "example.org")
    assert done.returncode == 2


def test_a_missing_store_is_one_line(catalogue: Run, tmp_path: Path) -> None:
    done = catalogue("build", "--db", tmp_path / "none.db", "--out", tmp_path / "site")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1


def test_serve_needs_a_site_and_a_free_port(catalogue: Run, site: Path, tmp_path: Path) -> None:
    assert "no site here" in catalogue("serve", tmp_path).stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = catalogue("serve", site, "--port", taken.getsockname()[1])
    assert done.returncode == 3
    assert "cannot be used" in done.stderr
