"""The parts of bench/ that only compute: what /proc, perf, strace and pgbench say, and what rounds come to."""

from __future__ import annotations

import math
import os
import time

import pytest

from bench.loads import pgbench
from bench.measure import proc, syscalls
from bench.measure.cell import Contestant, Effort, Outcome
from bench.measure.runner import per_transaction, play
from bench.measure.spread import Spread, percentile, spread
from bench.servers.targets import Target
from tests.integration.support.daemon import Daemon


def test_spread_of_rounds():
    assert spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert spread([4.0, 1.0]) == Spread(2.5, 1.0, 4.0)


@pytest.mark.parametrize("per_cent, expected", [(0, 1), (1, 1), (50, 50), (99, 99), (100, 100)])
def test_percentile_is_a_value_that_was_measured(per_cent, expected):
    assert percentile(list(range(100, 0, -1)), per_cent) == expected


def test_percentile_of_few_and_of_none():
    assert percentile([7.0], 50) == percentile([7.0], 99) == 7.0
    assert percentile([1.0, 2.0], 50) == 1.0
    assert math.isnan(percentile([], 50))


def test_stat_of_a_process_with_a_strange_name():
    numbers = [str(number) for number in range(3, 53)]  # field n holds n, from the third on
    stat = proc.parse_stat(f"17 (a) b (c) {' '.join(numbers)}\n")
    assert stat == pytest.approx((14 * proc.TICK, 15 * proc.TICK, 16 * proc.TICK, 17 * proc.TICK))


def test_work_of_the_machine_is_all_but_waiting():
    text = "cpu  1 2 4 1000 2000 8 16 32 64 128\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
    assert proc.parse_machine(text) == pytest.approx((1 + 2 + 4 + 8 + 16 + 32) * proc.TICK)


def test_context_switches_of_both_kinds():
    assert (
        proc.context_switches("Name:\tx\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t2\n") == 7
    )


def test_memory_counts_what_a_process_has_alone():
    rollup = (
        "55e0-7ffd ---p 00000000 00:00 0 [rollup]\nRss:  900 kB\nPss:  500 kB\nShared_Clean:  300 kB\n"
        "Private_Clean:  40 kB\nPrivate_Dirty:  260 kB\n"
    )
    assert proc.parse_smaps(rollup) == proc.Memory(900, 300)


def test_usage_of_a_process_grows_with_its_work():
    before = proc.usage(os.getpid())
    begin = time.process_time()
    while time.process_time() - begin < 0.1:
        pass
    used = proc.usage(os.getpid()) - before
    assert used.cpu == pytest.approx(time.process_time() - begin, rel=0.5)
    assert proc.memory(os.getpid()).private > 0


def test_a_process_that_has_ended_has_used_nothing():
    assert proc.usage(2**22 + 1) == proc.NOTHING


def test_processor_time_is_exact_and_ticks_share_it_out():
    values = per_transaction("hop", proc.Usage(0.002, 0.01, 0.03, 50), 100)
    assert values == pytest.approx({"hop cpu": 20, "hop user": 5, "hop system": 15, "hop switches": 0.5})


def test_counts_of_perf():
    text = (
        "# started on Thu\n\n1234;;raw_syscalls:sys_enter;100;100.00;;\n600;;syscalls:sys_enter_recvfrom;100;100.00;;\n"
        "0;;syscalls:sys_enter_read;100;100.00;;\n<not counted>;;syscalls:sys_enter_splice;0;100.00;;\n"
    )
    assert syscalls.parse_perf(text) == {"all": 1234, "recvfrom": 600}


def test_counts_of_strace():
    text = (
        "% time     seconds  usecs/call     calls    errors syscall\n"
        "------ ----------- ----------- --------- --------- ----------------\n"
        " 60.00    0.000300           3       100        12 recvfrom\n"
        " 40.00    0.000200           2        80           sendmsg\n"
        "------ ----------- ----------- --------- --------- ----------------\n"
        "100.00    0.000500           2       180        12 total\n"
    )
    assert syscalls.parse_strace(text) == {"recvfrom": 100, "sendmsg": 80, "all": 180}


REPORT = """transaction type: <builtin: select only>
number of transactions actually processed: 160/160
number of failed transactions: 0 (0.000%)
latency average = 0.500 ms
initial connection time = 9.1 ms
tps = 1600.0 (without initial connection time)
"""


def test_report_of_pgbench():
    outcome = pgbench.parse(
        REPORT, ["0 1 250 0 1790000000 1\n0 2 750 0 1790000000 2\n", "1 1 500 0 1790000000 3\n"], 0.016
    )
    assert outcome == Outcome(160, pytest.approx(0.1), [0.25, 0.75, 0.5], 0.016)
    assert outcome.summary() == pytest.approx({"tps": 1600, "client cpu": 100, "p50": 0.5, "p99": 0.75})


@pytest.mark.parametrize(
    "report",
    [
        "",
        REPORT.replace("failed transactions: 0", "failed transactions: 1"),
        REPORT.replace("160/160", "0/160"),
    ],
)
def test_pgbench_that_has_failed(report):
    with pytest.raises(pgbench.PgbenchError):
        pgbench.parse(report, [], 0)


def test_what_fails_says_where_and_what_was_logged_there(tmp_path):
    hop = Daemon("hop", tmp_path, 1, unprivileged=False)
    hop.log.write_text("its last words\n")

    def fail(effort: Effort) -> Outcome:
        raise TimeoutError("timed out")

    with pytest.raises(TimeoutError) as caught:
        play(Contestant(Target("the hop", 1, {"hop": hop}), fail), Effort(True, 1, 0.0))
    assert caught.value.__notes__ == ["the hop:\nhop: its last words"]
