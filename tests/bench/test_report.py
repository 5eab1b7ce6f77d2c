"""From cells to tables, and to a file and back."""
from __future__ import annotations

from bench.measure.cell import Cell
from bench.report.results import Results
from bench.report.tables import Column, markdown, rows

HAPROXY = Cell("select", {"clients": 8}, "HAProxy", "haproxy", [{"tps": 100.0, "haproxy cpu": 15.0}, {"tps": 300.0}],
               {"all": 4.0})
DIRECT = Cell("select", {"clients": 8}, "PostgreSQL", None, [{"tps": 2000.0}])
COLUMNS = [Column("tx/s", "tps", 0, spread=True), Column("hop", "{hop} cpu"), Column("never", "nothing")]


def test_rows_have_median_and_extremes_and_no_empty_columns():
    headings, body = rows([HAPROXY, DIRECT], COLUMNS)
    assert headings == ["clients", "target", "tx/s", "hop"]
    assert body == [["8", "HAProxy", "200 (100–300)", "15.0"], ["8", "PostgreSQL", "2,000", ""]]


def test_markdown_aligns_numbers_to_the_right():
    assert markdown(["target", "tx/s"], [["a", "1"]], 1) == "| target | tx/s |\n| --- | ---: |\n| a | 1 |"


def test_results_come_back_from_their_file(tmp_path):
    results = Results({"kernel": "6"}, {"rounds": 2}, [HAPROXY, DIRECT])
    results.write(tmp_path / "results.json")
    again = Results.read(tmp_path / "results.json")
    assert again == results
    assert again.find("select", "HAProxy", clients=8) == HAPROXY
    assert again.find("select", "HAProxy", clients=32) is None
