"""From cells to tables, and to a file and back."""

from __future__ import annotations

import pytest

from bench.measure.cell import Cell
from bench.report.bars import bars
from bench.report.distance import distance_table, round_trips
from bench.report.document import others
from bench.report.docs import BEGIN, END, replaced, write_docs
from bench.report.results import Results
from bench.report.tables import Column, markdown, rows

HAPROXY = Cell(
    "select",
    {"clients": 8},
    "HAProxy",
    "haproxy",
    [{"tps": 100.0, "haproxy cpu": 15.0}, {"tps": 300.0}],
    {"all": 4.0},
)
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


def at(target: str, rtt: int, p50: float) -> Cell:
    return Cell("distance", {"statement": "SELECT", "rtt ms": rtt}, target, None, [{"p50": p50}])


def test_round_trips_are_what_distance_adds():
    assert round_trips({0: 0.5, 5: 10.5}, 5) == 2.0
    assert round_trips({5: 10.5}, 5) is None
    lines = distance_table([at("pgBouncer", 0, 0.5), at("pgBouncer", 20, 20.5)]).splitlines()
    assert (
        lines[0]
        == "| statement | target | p50 ms at 0 ms | p50 ms at 20 ms | round trips at 5 ms | round trips at 20 ms |"
    )
    assert lines[2] == "| SELECT | pgBouncer | 0.50 | 20.50 |  | 1.00 |"


def test_bars_compare_what_was_run():
    ours = Cell("volume", {"statement": "COPY IN"}, "pgsidecar", "pgsidecar", [{"pgsidecar cpu": 300.0}])
    theirs = Cell("volume", {"statement": "COPY IN"}, "HAProxy", "haproxy", [{"haproxy cpu": 400.0}])
    checks = [
        at("pgsidecar, result_shape_check strict", 0, 1.0),
        at("pgsidecar, result_shape_check strict", 5, 11.0),
        at("pgsidecar, result_shape_check off", 0, 1.0),
        at("pgsidecar, result_shape_check off", 5, 6.0),
    ]
    seen = bars(Results({}, {}, [ours, theirs, *checks]))
    assert [(bar.bar, bar.seen) for bar in seen] == [("≤ 1.0", "0.75 (0.30 s and 0.40 s)"), ("≤ 0.1", "1.00")]


def test_a_part_of_a_page_is_replaced():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replaced(page, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert replaced(replaced(page, "new"), "new") == replaced(page, "new")
    with pytest.raises(ValueError):
        replaced("no marks", "new")


def test_page_has_figures_and_plots_beside_it(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"# Performance\n\n{BEGIN}\n{END}\n")
    cells = [at("pgBouncer", 0, 0.5), at("pgBouncer", 20, 20.5)]
    write_docs(Results({"kernel": "6.1"}, {"short": False, "rounds": 2, "seconds": 1.5}, cells), page)
    text = page.read_text()
    for part in (
        "- kernel: 6.1",
        "- effort: 2 rounds of 1.5 s",
        "| SELECT | pgBouncer | 0.50 | 20.50 |",
        "(performance/distance.svg)",
    ):
        assert part in text
    assert "| SELECT | pgBouncer |" in (tmp_path / "performance/results.md").read_text()
    assert "<svg" in (tmp_path / "performance/distance.svg").read_text()


def test_a_machine_that_others_use_is_no_place_to_take_times():
    def used(share: float) -> Cell:
        return Cell("select", {}, "HAProxy", "haproxy", [{"others": share}])

    assert others([used(1.0), used(2.0), used(90.0)]) == "2 % of the processors, median of the cells"
    assert "no times" in others([used(6.0)])
    assert others([]) == "unknown"
