"""Both ways to count system calls, on a process whose calls are known."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.measure import syscalls

CALLS = 500
PROGRAM = f"""
import os, sys
sys.stdout.write("up\\n"); sys.stdout.flush()
while os.read(0, 1):
    for _ in range({CALLS}):
        os.getppid()
    os.write(1, b".")
"""


@pytest.fixture
def program():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdout.readline() == b"up\n"
        yield process
        process.stdin.close()


def work(process: subprocess.Popen) -> None:
    process.stdin.write(b"!")
    assert process.stdout.read(1) == b"."


@pytest.mark.skipif(not syscalls.perf_works(), reason="the kernel does not let perf see tracepoints")
def test_perf_counts_each_call(program):
    with syscalls.by_perf(program.pid, ("read", "write")) as counts:
        work(program)
    assert CALLS + 2 <= counts["all"] <= CALLS + 4
    assert counts["write"] == 1


def test_strace_counts_each_call(program):
    with syscalls.by_strace(program.pid) as counts:
        work(program)
    # The reads in which it was found and left may be missing, and the end of the write that ends the work.
    assert CALLS <= counts["all"] <= CALLS + 4
    assert counts["getppid"] == CALLS and counts.get("write", 0) <= 1
