from pathlib import Path

from benchmarks.dataset import measure


def test_every_form_gets_a_row_with_what_it_cost(tmp_path: Path) -> None:
    text = measure(tmp_path, tools=60, forms=("jsonl", "parquet"))
    assert (tmp_path / "dataset.md").read_text() == text
    rows = [line.split(" | ") for line in text.splitlines() if " s | " in line]
    assert [row[0] for row in rows] == ["| jsonl", "| parquet"]
    for row in rows:
        assert float(row[4].removesuffix(" MB")) > 0
