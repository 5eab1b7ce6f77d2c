"""The load: clerks of both drivers, faults one after the other, and the audit."""
from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from tests.integration.drivers.versions import environment
from tests.integration.ledger.books import ACKNOWLEDGED, Journal, audit, open_books
from tests.integration.support.daemon import wait_until
from tests.integration.support.processes import kill_group
from tests.integration.support.stack import ROOT, Stack

KINDS = ("asyncpg", "psycopg")
ASYNCPG = "asyncpg-0.32"  # psycopg is that of the tests themselves
CLERKS_OF_A_KIND, CLIENTS_OF_A_CLERK = 2, 4
POOL_SIZE = 3  # fewer servers than clients
TRANSFERS_OF_A_CLERK = 10 ** 9  # numbers that no other clerk uses
STALL = 0.5  # seconds that the pooler is stopped
CALM = 1.0  # between two faults
STOP_LIMIT = 60.0  # longer than a clerk waits for an answer
SETTLE_LIMIT = 60.0
POOLER = {"server_login_retry": 1}  # seconds until it tries again a PostgreSQL that was away; 15 by default


@dataclass
class Clerk:
    process: subprocess.Popen
    kind: str
    journal: Path


@dataclass
class Result:
    journal: Journal = field(default_factory=Journal)
    faults: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Load:
    def __init__(self, stack: Stack, folder: Path, seed: int):
        self._stack = stack
        self._folder = folder
        self._random = random.Random(seed)
        self._clerks: list[Clerk] = []
        self._journals: list[tuple[str, Path]] = []
        self.result = Result()
        self.faults: list[Callable[[], None]] = [self.kill_the_pooler, self.stall_the_pooler, self.restart_the_pooler,
                                                 self.restart_postgres, self.kill_a_clerk]

    def run(self, seconds: float, transfers: int | None) -> Result:
        """Until so much time is over, or so many transfers are acknowledged; each fault at least once."""
        open_books(self._stack.postgres)
        try:
            for kind in KINDS * CLERKS_OF_A_KIND:
                self._engage(kind)
            self._work(time.monotonic() + seconds, transfers)
            self._dismiss()
        finally:
            for clerk in self._clerks:
                kill_group(clerk.process)
        self._stack.check()
        self._audit()
        return self.result

    def _work(self, end: float, transfers: int | None) -> None:
        due: list[Callable[[], None]] = []
        while time.monotonic() < end or len(self.result.faults) < len(self.faults):
            due = due or self._random.sample(self.faults, len(self.faults))
            time.sleep(CALM)
            fault = due.pop()
            fault()
            self.result.faults[fault.__name__] = self.result.faults.get(fault.__name__, 0) + 1
            if transfers and len(self.result.faults) == len(self.faults) and self._acknowledged() >= transfers:
                break
        time.sleep(CALM)

    # ------------------------------------------------------------ faults
    def kill_the_pooler(self) -> None:
        self._stack.pgbouncer.kill()
        self._stack.pgbouncer.start()

    def stall_the_pooler(self) -> None:
        os.kill(self._stack.pgbouncer.pid, signal.SIGSTOP)
        try:
            time.sleep(STALL)
        finally:
            os.kill(self._stack.pgbouncer.pid, signal.SIGCONT)

    def restart_the_pooler(self) -> None:
        self._stack.pgbouncer.stop()
        self._stack.pgbouncer.start()

    def restart_postgres(self) -> None:
        """In immediate mode: it recovers from its log."""
        self._stack.postgres.stop_signal = signal.SIGQUIT
        self._stack.postgres.restart()
        self._stack.postgres.stop_signal = signal.SIGINT

    def kill_a_clerk(self) -> None:
        clerk = self._clerks.pop(self._random.randrange(len(self._clerks)))
        kill_group(clerk.process)
        self._engage(clerk.kind)

    # ------------------------------------------------------------ clerks
    def _engage(self, kind: str) -> None:
        number = len(self._journals)
        journal = self._folder / f"{number}.{kind}"
        journal.touch()
        self._journals.append((kind, journal))
        command = [sys.executable, "-m", "tests.integration.ledger.clerk", "--kind", kind, "--dsn",
                   self._stack.dsn("sidecar"), "--journal", str(journal), "--first", str(number * TRANSFERS_OF_A_CLERK),
                   "--clients", str(CLIENTS_OF_A_CLERK), "--seed", str(self._random.randrange(1 << 30))]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment(ASYNCPG),
                                   start_new_session=True)
        self._clerks.append(Clerk(process, kind, journal))

    def _dismiss(self) -> None:
        for clerk in self._clerks:
            clerk.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + STOP_LIMIT
        for clerk in self._clerks:
            try:
                status = clerk.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.result.problems.append(f"a clerk with {clerk.kind} waits for ever")
                continue
            if status not in (0, -signal.SIGTERM):  # it had just been engaged
                self.result.problems.append(f"a clerk with {clerk.kind} has failed, see above")

    # ------------------------------------------------------------ the end
    def _acknowledged(self, kind: str | None = None) -> int:
        journal = Journal()
        for of, path in self._journals:
            if kind in (None, of):
                journal.read(path)
        return journal.count(ACKNOWLEDGED)

    def _audit(self) -> None:
        pooler = self._stack.pgbouncer
        try:
            wait_until(lambda: pooler.active_servers() == 0, "the pooler to have all of its servers back", SETTLE_LIMIT,
                       self._stack.check)
        except TimeoutError as late:
            self.result.problems.append(str(late))
        for _, path in self._journals:
            self.result.journal.read(path)
        self.result.problems += [f"no transfer with {kind} was acknowledged" for kind in KINDS
                                 if self._acknowledged(kind) == 0]
        self.result.problems += audit(self.result.journal, self._stack.postgres)


def run(seconds: float, transfers: int | None = None, seed: int = 1, workers: int = 1) -> Result:
    config = {"PGSIDECAR_WORKERS": str(workers), "PGSIDECAR_LOG_LEVEL": "warn"}
    with Stack(POOL_SIZE, config=config, pgbouncer_settings=POOLER) as stack, \
            tempfile.TemporaryDirectory(prefix="pgsidecar-ledger-") as folder:
        return Load(stack, Path(folder), seed).run(seconds, transfers)
