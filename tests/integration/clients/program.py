"""Copies of one client program that begin together, each with a time limit, and what they report."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.integration.support.processes import kill_group

FIRST = 5  # descriptions of what went wrong that are kept


@dataclass
class Outcome:
    """What the copies of a program found, added up."""

    right: int = 0
    wrong: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)
    groups: dict[str, list[int]] = field(default_factory=dict)
    version: str = ""

    @property
    def clean(self) -> bool:
        return self.right > 0 and not self.wrong and not self.errors

    def add(self, report: dict) -> None:
        self.right += int(report["right"])
        self.wrong += int(report["wrong"])
        self.errors.update({str(state): int(count) for state, count in report["errors"].items()})
        self.first = (self.first + [str(text) for text in report["first"]])[:2 * FIRST]
        for name, counts in report["groups"].items():
            self.groups[name] = [a + int(b) for a, b in zip(self.groups.get(name, [0, 0, 0]), counts, strict=True)]
        self.version = str(report["version"])

    def fail(self, kind: str, why: str) -> None:
        self.errors[kind] += 1
        self.first.insert(0, why)

    def as_json(self) -> dict:
        return vars(self) | {"errors": dict(self.errors)}

    def __str__(self) -> str:
        errors = ", ".join(f"{state} x{count}" for state, count in self.errors.most_common())
        counts = f"{self.right} right, {self.wrong} wrong, {self.errors.total()} errors"
        return f"{counts} ({errors})" if errors else counts


class Copy:
    """One process: it says that it is ready, waits for a line, and ends with a line of JSON."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]):
        self.name = name
        self.hung = False
        self.lines: list[str] = []
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, env=environment | {"CLIENT_COPY": name}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.stderr, start_new_session=True)

    def follow(self, begin: threading.Barrier) -> None:
        """Reads to the end; a copy that ends early does not keep the others from beginning."""
        ready = self._read_until("ready")
        try:
            begin.wait()
        except threading.BrokenBarrierError:
            return
        if ready:
            self._let_begin()
            self._read_until(None)

    def kill(self) -> None:
        kill_group(self.process)

    def report(self) -> dict:
        """Raises ValueError, saying why there is none."""
        if self.hung:
            raise ValueError(f"copy {self.name} did not end in time{self._said()}")
        if self.process.returncode != 0:
            raise ValueError(f"copy {self.name}: exit status {self.process.returncode}{self._said()}")
        try:
            report = json.loads(self.lines[-1])
            Outcome().add(report)
            return report
        except (IndexError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"copy {self.name} printed no result ({error!r}){self._said()}") from None

    def _read_until(self, word: str | None) -> bool:
        for line in self.process.stdout:
            text = line.decode(errors="replace").strip()
            if text == word:
                return True
            if text:
                self.lines.append(text)
        return False

    def _let_begin(self) -> None:
        try:
            self.process.stdin.write(b"go\n")
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it has died; its exit status will tell

    def _said(self) -> str:
        self.stderr.seek(0)
        tail = self.stderr.read()[-2000:].decode(errors="replace").strip()
        return f": {tail}" if tail else ""


def run_copies(command: list[str], environment: dict[str, str], copies: int, limit: float) -> Outcome:
    running: list[Copy] = []
    try:
        for number in range(copies):
            running.append(Copy(chr(ord("a") + number), command, environment))
        wait_for(running, limit)
    except OSError as error:
        outcome = Outcome()
        outcome.fail("dead", f"cannot be started: {error}")
        return outcome
    finally:
        for copy in running:
            copy.kill()
    return add_up(running)


def wait_for(running: list[Copy], limit: float) -> None:
    begin = threading.Barrier(len(running))
    threads = [threading.Thread(target=copy.follow, args=(begin,), daemon=True) for copy in running]
    deadline = time.monotonic() + limit
    for thread in threads:
        thread.start()
    for copy, thread in zip(running, threads):
        thread.join(max(0.0, deadline - time.monotonic()))
        try:
            copy.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            copy.hung = True
    begin.abort()


def add_up(ended: list[Copy]) -> Outcome:
    outcome = Outcome()
    for copy in ended:
        try:
            outcome.add(copy.report())
        except ValueError as error:
            outcome.fail("hung" if copy.hung else "dead", str(error))
    return outcome
