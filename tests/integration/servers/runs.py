"""One test on one server: its output as it comes, and what it counted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.integration.support.stack import ROOT

TESTS = ["differential", "clients"]
COUNT = re.compile(r"^(\d+) passed, (\d+) failed$")


class Result(NamedTuple):
    test: str
    version: str
    passed: int
    failed: int

    def __str__(self) -> str:
        return f"PostgreSQL {self.version}, {self.test}: {self.passed} passed, {self.failed} failed"


def run(test: str, version: str, server: Path, scripts: int) -> Result:
    print(f"== PostgreSQL {version}, {test}", flush=True)
    options = ["--scripts", str(scripts)] if test == "differential" else ["--ci", "--postgres", str(server)]
    status, last = follow([sys.executable, "-m", f"tests.integration.{test}", *options], server)
    return judge(test, version, status, last)


def follow(command: list[str], server: Path) -> tuple[int, str]:
    """The exit status and the last line, which counts."""
    last = ""
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PG_BINDIR": str(server / "bin")}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
        for line in program.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return program.returncode, last


def judge(test: str, version: str, status: int, last: str) -> Result:
    """A test that does not count, or that ends badly without a failure, has failed itself."""
    counted = COUNT.match(last)
    passed, failed = map(int, counted.groups()) if counted else (0, 0)
    return Result(test, version, passed, max(failed, 1) if status or not counted else failed)


def report(results: list[Result]) -> int:
    print("==")
    for result in results:
        print(result)
    failed = sum(result.failed for result in results)
    print(f"{sum(result.passed for result in results)} passed, {failed} failed")
    return 1 if failed else 0
