"""Where a run took place, and with what."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

from bench.measure.syscalls import perf_works
from tests.integration.support.stack import ROOT, PgBouncer, binary, program, sidecar_binary


def describe() -> dict[str, str]:
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": f"{processor()}, {len(os.sched_getaffinity(0))} cores",
        "kernel": platform.release(),
        "PostgreSQL": first_version([binary("postgres"), "--version"]),
        "pgBouncer": PgBouncer.version(),
        "HAProxy": first_version([program("haproxy"), "-v"]),
        "pgsidecar": f"{first_version([sidecar_binary(), '--version'])}, commit {commit()}",
        "load average before": f"{os.getloadavg()[0]:.1f}",
        "system calls counted by": "perf" if perf_works() else "strace",
    }


def processor() -> str:
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def first_version(command: list[str]) -> str:
    said = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.search(r"\d+(?:\.\d+)+\S*", said)
    return found[0] if found else said.strip()


def commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    )
    return said.stdout.strip() or "unknown"
