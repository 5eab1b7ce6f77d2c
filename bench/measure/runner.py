"""Runs a variant: rounds of all contestants in turn, and a pass of its own in which system calls are counted."""

from __future__ import annotations

import dataclasses
import os
import time

from bench.measure import proc, syscalls
from bench.measure.cell import Cell, Contestant, Effort, Outcome, Values, Variant
from bench.measure.probe import probe
from bench.measure.proc import Usage

COUNTED_SECONDS = 1.0
CORES = len(os.sched_getaffinity(0))


def run_variant(load: str, variant: Variant, effort: Effort) -> list[Cell]:
    cells = [
        Cell(load, dict(variant.parameters), each.target.name, each.target.hop)
        for each in variant.contestants
    ]
    for _ in range(1 if variant.once else effort.rounds):
        for cell, contestant in zip(cells, variant.contestants):
            cell.samples.append(sample(contestant, effort))
    if variant.count_calls:
        for cell, contestant in zip(cells, variant.contestants):
            cell.calls = count_calls(contestant, dataclasses.replace(effort, seconds=COUNTED_SECONDS))
    return cells


def problems(cells: list[Cell]) -> list[str]:
    """What cannot be: a process that is there and has used nothing. In a short cell less than nothing can be: of a
    child that has ended in it, the kernel's ticks may tell less than the child itself had.
    """
    found = []
    for cell in cells:
        names = {name for each in cell.samples for name in each if name.endswith(" cpu")} - {"client cpu"}
        idle = [name for name in sorted(names) if any(each.get(name, 0) == 0 for each in cell.samples)]
        found += [f"{cell.load} {cell.parameters} {cell.target}: no {name}" for name in idle]
    return found


def sample(contestant: Contestant, effort: Effort) -> Values:
    target = contestant.target
    values = {"probe": probe()}
    before, ours, everybody, begin = target.usage(), proc.own(), proc.machine(), time.perf_counter()
    outcome = play(contestant, effort)
    elapsed, everybody, ours = time.perf_counter() - begin, proc.machine() - everybody, proc.own() - ours
    used = {name: usage - before[name] for name, usage in target.usage().items()}
    target.check()
    for name, usage in used.items():
        values |= per_transaction(name, usage, outcome.transactions)
    values |= {f"{name} rss": size for name, size in target.resident().items()}
    others = everybody - ours - sum(usage.cpu for usage in used.values())
    values["others"] = max(others, 0.0) / elapsed / CORES * 100
    return values | outcome.summary()


def play(contestant: Contestant, effort: Effort) -> Outcome:
    """What has failed says where, and what was logged there."""
    try:
        return contestant.run(effort)
    except Exception as error:
        error.add_note(f"{contestant.target.name}:\n{contestant.target.logs()}")
        raise


def per_transaction(name: str, used: Usage, transactions: int) -> Values:
    """CPU in µs."""
    cpu = used.cpu / transactions * 1e6
    return {
        f"{name} cpu": cpu,
        f"{name} user": cpu * used.user_share,
        f"{name} system": cpu * (1 - used.user_share),
        f"{name} switches": used.switches / transactions,
    }


def count_calls(contestant: Contestant, effort: Effort) -> Values:
    target = contestant.target
    if target.hop is None:
        return {}
    names = () if effort.short else syscalls.NAMES
    with syscalls.counted(target.processes[target.hop].pid, names) as counts:
        outcome = play(contestant, effort)
    if not counts:
        raise RuntimeError(
            "system calls were not counted: neither perf nor strace may look at other processes"
        )
    return {name: count / outcome.transactions for name, count in counts.items()}
