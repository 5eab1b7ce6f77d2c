"""What a process has used, as /proc tells it (proc(5))."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import NamedTuple

TICK = 1 / os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """Since a process began; differences are meant. The kernel samples the ticks: they only tell how `cpu` is shared out."""

    cpu: float  # seconds on a processor, exact (schedstat)
    ticks_user: float
    ticks_system: float
    switches: int  # context switches, voluntary or not

    def __add__(self, other: Usage) -> Usage:  # type: ignore[override]
        return Usage(*(one + two for one, two in zip(self, other)))

    def __sub__(self, other: Usage) -> Usage:
        return Usage(*(one - two for one, two in zip(self, other)))

    @property
    def user_share(self) -> float:
        ticks = self.ticks_user + self.ticks_system
        return self.ticks_user / ticks if ticks > 0 else 0.0


NOTHING = Usage(0.0, 0.0, 0.0, 0)


def usage(pid: int) -> Usage:
    """Of all threads; nothing if the process has ended."""
    process = Path(f"/proc/{pid}")
    try:
        stat = parse_stat((process / "stat").read_text())
        total = Usage(0.0, stat.user, stat.system, 0)
        for task in (process / "task").iterdir():
            cpu = int((task / "schedstat").read_text().split()[0]) / 1e9
            total += Usage(cpu, 0.0, 0.0, context_switches((task / "status").read_text()))
        return total
    except (FileNotFoundError, ProcessLookupError):
        return NOTHING


def threads(pid: int) -> dict[str, float]:
    """Seconds on a processor, by thread."""
    return {
        task.name: int((task / "schedstat").read_text().split()[0]) / 1e9
        for task in Path(f"/proc/{pid}/task").iterdir()
    }


def tree_usage(pid: int) -> Usage:
    """Of a process, its children, and those of its children that have ended."""
    while True:
        ended = ended_children(pid)
        total = usage(pid) + ended
        for child in children(pid):
            total += usage(child)
        if ended_children(pid) == ended:  # else one has ended meanwhile, and was missed
            return total


def ended_children(pid: int) -> Usage:
    stat = parse_stat(Path(f"/proc/{pid}/stat").read_text())
    return Usage(stat.children_user + stat.children_system, stat.children_user, stat.children_system, 0)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Stat(NamedTuple):
    """Seconds."""

    user: float
    system: float
    children_user: float
    children_system: float


def parse_stat(text: str) -> Stat:
    """Fields 14 to 17 of /proc/PID/stat; the name in field 2 may hold blanks and parentheses."""
    fields = text.rpartition(")")[2].split()
    return Stat(*(int(ticks) * TICK for ticks in fields[11:15]))


def machine() -> float:
    """Seconds that all processors together have worked, or been withheld by a hypervisor."""
    return parse_machine(Path("/proc/stat").read_text())


def parse_machine(text: str) -> float:
    """The first line: cpu user nice system idle iowait irq softirq steal …"""
    user, nice, system, _, _, irq, softirq, steal = (int(ticks) for ticks in text.split()[1:9])
    return (user + nice + system + irq + softirq + steal) * TICK


def own() -> float:
    """Seconds of this process and of the programs that it has run to their end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def context_switches(status: str) -> int:
    return sum(int(line.split()[1]) for line in status.splitlines() if "ctxt_switches:" in line)


class Memory(NamedTuple):
    """KiB."""

    resident: int
    private: int


def memory(pid: int) -> Memory:
    return parse_smaps(Path(f"/proc/{pid}/smaps_rollup").read_text())


def parse_smaps(text: str) -> Memory:
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    return Memory(sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"])
