"""Runs a client program of programs/ in several processes at once and adds up what they found."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import database
from .versions import environment

PROGRAMS = Path(__file__).parent / "programs"
ROUTES = ("postgres", "pgbouncer", "sidecar")


@dataclass
class Outcome:
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        return bool(self.wrong or self.errors)

    def add(self, other: "Outcome") -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.errors += other.errors

    def __str__(self) -> str:
        lines = [f"{self.right} right, {len(self.wrong)} wrong, {len(self.errors)} errors"]
        return "\n  ".join(lines + self.wrong[:10] + self.errors[:10])


def run(
    program: str, packages: str, dsn: str, *arguments: object, copies: int = 1, timeout: float = 120
) -> Outcome:
    """Every copy gets the DSN, its own number and the arguments."""
    env = environment(packages)
    processes = [
        subprocess.Popen(
            [sys.executable, str(PROGRAMS / f"{program}.py"), dsn, str(copy), *map(str, arguments)],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for copy in range(1, copies + 1)
    ]
    deadline, total = time.monotonic() + timeout, Outcome()
    for process in processes:
        total.add(collect(process, max(0.1, deadline - time.monotonic())))
    return total


def collect(process: subprocess.Popen, seconds: float) -> Outcome:
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Outcome(errors=[f"{Path(process.args[1]).name} did not end in time"])
    try:
        return Outcome(**json.loads(out.splitlines()[-1]))
    except (IndexError, ValueError, TypeError):
        return Outcome(errors=[f"exit status {process.returncode}: {err.strip()[-2000:]}"])


def compare(
    stack,
    program: str,
    packages: str,
    *arguments: object,
    scheme: str = "postgresql",
    copies: int = 3,
    routes: tuple[str, ...] = ROUTES,
    timeout: float = 120,
) -> dict[str, Outcome]:
    """The same program, on a schema made anew, straight to PostgreSQL, through the bare pooler, and through us."""
    outcomes = {}
    for route in routes:
        database.create_anew(stack.postgres)
        stack.pgbouncer.reconnect()
        began = time.monotonic()
        outcomes[route] = run(
            program, packages, stack.dsn(route, scheme=scheme), *arguments, copies=copies, timeout=timeout
        )
        print(f"{program} {packages} via {route}, {time.monotonic() - began:.1f} s: {outcomes[route]}")
        if route == "pgbouncer":
            restart_pooler(stack)
    return outcomes


def restart_pooler(stack) -> None:
    """After bare clients: pgBouncer 1.18 dies of one that leaves while its CancelRequest is on its way.

    Behind pgsidecar it has to live.
    """
    stack.pgbouncer.restart()


def assert_broken_without_right_with(outcomes: dict[str, Outcome]) -> None:
    assert_right_with(outcomes)
    assert outcomes["pgbouncer"].broken, f"the bare pooler breaks nothing here: {outcomes['pgbouncer']}"


def assert_right_with(outcomes: dict[str, Outcome]) -> None:
    direct, sidecar = outcomes["postgres"], outcomes["sidecar"]
    assert direct.right and not direct.broken, f"the program itself is wrong: {direct}"
    assert not sidecar.broken, str(sidecar)
    assert sidecar.right == direct.right, f"{sidecar.right} checks of {direct.right}"
