"""What must never be in the tree."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Spelled in pieces, so that this file does not hold them.
HOSTS = [
    "registry." + "npmjs",
    "pypi." + "org",
    "python" + "hosted",
    "deb." + "debian",
    "proxy." + "golang",
    "crates." + "io",
]


def tracked() -> list[Path]:
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_package_registry_is_named() -> None:
    pattern = re.compile("|".join(map(re.escape, HOSTS)).encode())
    assert [p for p in tracked() if pattern.search(p.read_bytes())] == []


def test_nothing_built_or_fetched_is_tracked() -> None:
    large = [p for p in tracked() if p.stat().st_size > 1_000_000]
    assert large == []
    assert [p for p in tracked() if p.suffix in {".db", ".whl", ".tgz", ".sqlite"}] == []
