"""Counts the system calls of a process: by perf, which it does not notice, or by strace, which slows it down."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

# Those of a relay. Each makes perf end a little later, so that the list is short.
NAMES = (
    "recvfrom",
    "recvmsg",
    "read",
    "readv",
    "sendto",
    "sendmsg",
    "write",
    "writev",
    "splice",
    "epoll_wait",
    "epoll_ctl",
    "timerfd_settime",
    "timer_settime",
    "clock_gettime",
    "futex",
)
TOTAL = "raw_syscalls:sys_enter"
PATIENCE = 10.0  # seconds


@contextlib.contextmanager
def counted(pid: int, names: tuple[str, ...] = NAMES) -> Iterator[dict[str, int]]:
    """The dictionary is filled at the end: calls by name (strace counts more than `names`), and "all"."""
    with by_perf(pid, names) if perf_works() else by_strace(pid) as counts:
        yield counts


@contextlib.contextmanager
def by_perf(pid: int, names: tuple[str, ...]) -> Iterator[dict[str, int]]:
    control, acknowledged = os.pipe(), os.pipe()
    counts: dict[str, int] = {}
    with tempfile.NamedTemporaryFile("r", suffix=".perf") as output:
        events = ",".join([TOTAL, *(f"syscalls:sys_enter_{name}" for name in names)])
        command = [
            "perf",
            "stat",
            "-x",
            ";",
            "-o",
            output.name,
            "-e",
            events,
            "-p",
            str(pid),
            "--delay=-1",
            f"--control=fd:{control[0]},{acknowledged[1]}",
        ]
        process = subprocess.Popen(
            command,
            pass_fds=(control[0], acknowledged[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(control[0])
        os.close(acknowledged[1])
        try:
            os.write(control[1], b"enable\n")
            os.read(acknowledged[0], 16)
            yield counts
        finally:
            interrupt(process)
            os.close(control[1])
            os.close(acknowledged[0])
        counts.update(parse_perf(output.read()))


@contextlib.contextmanager
def by_strace(pid: int) -> Iterator[dict[str, int]]:
    counts: dict[str, int] = {}
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as output:
        process = subprocess.Popen(
            ["strace", "-f", "-c", "-o", output.name, "-p", str(pid)],
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            process.stderr.readline()  # "Process … attached"
            yield counts
        finally:
            interrupt(process)
            process.stderr.close()
        counts.update(parse_strace(output.read()))


def interrupt(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@functools.cache
def perf_works() -> bool:
    """It has to be there, and the kernel has to let it see the tracepoints."""
    if not shutil.which("perf"):
        return False
    with contextlib.suppress(OSError):
        with by_perf(os.getpid(), ()) as counts:
            Path("/proc/self/stat").read_text()
        return counts.get("all", 0) > 0
    return False


def parse_perf(text: str) -> dict[str, int]:
    """`perf stat -x ';'`: value;unit;event;…, the value being no number for what could not be counted."""
    counts = {}
    for line in text.splitlines():
        fields = line.split(";")
        if len(fields) > 2 and fields[0].isdecimal() and int(fields[0]):
            name = "all" if fields[2] == TOTAL else fields[2].removeprefix("syscalls:sys_enter_")
            counts[name] = int(fields[0])
    return counts


def parse_strace(text: str) -> dict[str, int]:
    """`strace -c`: % time, seconds, usecs/call, calls, errors (or nothing), name."""
    rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", text, re.MULTILINE)
    return {("all" if name == "total" else name): int(calls) for calls, name in rows}
