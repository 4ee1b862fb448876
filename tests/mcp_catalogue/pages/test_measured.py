"""Figures are shown where there are any."""

import json
from pathlib import Path

import pytest

from mcp_catalogue.pages import measured as module
from mcp_catalogue.pages.environment import render
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.prose import methodology_page
from mcp_catalogue.pages.shell import assets, make_site

SHARE = {"part": 9, "whole": 10, "share": 0.9}
CLASS = {"precision": 0.5, "recall": None, "f1": None, "labelled": 4}
FIGURES = {
    "servers": 3, "strict": SHARE, "lenient": SHARE, "critical_recall": SHARE, "false_critical": SHARE,
    "classes": {"Read": CLASS}, "rules": {"deletes-records": {"part": 2, "whole": 3, "share": 0.6667}},
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "resource_dir", lambda _: tmp_path)
    module.measured.cache_clear()
    return tmp_path


def page() -> str:
    return render(methodology_page(make_site(None, assets()), Overview({}))).decode()


def test_figures_are_shown(data: Path) -> None:
    body = {"labels": {n: {"set": "x", "rulebook": "sha256:1", "figures": FIGURES} for n in ("a", "b")}}
    (data / "measurements.json").write_text(json.dumps(body))
    try:
        assert module.measured()[1]["deletes-records"].words == "66.7\u00a0% (4 of 6)"
        assert "90.0\u00a0% (9 of 10)" in page()
    finally:
        module.measured.cache_clear()


def test_without_figures_there_is_no_section(data: Path) -> None:
    assert not list(data.iterdir())
    assert "Measured accuracy" not in page()
    module.measured.cache_clear()
