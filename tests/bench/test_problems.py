"""What a run must not show: a process that is there and has used nothing."""

from __future__ import annotations

from bench.measure.cell import Cell
from bench.measure.runner import problems


def cell(**cpu: float) -> Cell:
    made = Cell("one", {"clients": 1}, "pgBouncer", False)
    made.samples.append({f"{name} cpu": value for name, value in cpu.items()})
    return made


def test_a_process_that_has_done_nothing_is_named():
    assert problems([cell(postgres=12.5, pgbouncer=0.0)]) == ["one {'clients': 1} pgBouncer: no pgbouncer cpu"]


def test_a_child_that_has_ended_may_take_more_away_than_its_ticks_tell():
    assert problems([cell(postgres=-3.0, pgbouncer=2.0)]) == []


def test_the_client_may_be_too_quick_to_be_seen():
    assert problems([cell(client=0.0)]) == []
