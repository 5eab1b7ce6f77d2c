"""Compares the sets of failing names with the list of what needs a session of its own."""
from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .suite import Outcome


class ExpectedError(ValueError):
    """A line of an .expected file that says nothing."""


def read_expected(path: Path) -> dict[str, str]:
    """Name → session feature; a line is "test name  # feature"."""
    expected: dict[str, str] = {}
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, separator, feature = line.rpartition("  # ")
        if not separator or not feature.strip():
            raise ExpectedError(f"{path.name}:{number}: no session feature behind the name")
        if name.strip() in expected:
            raise ExpectedError(f"{path.name}:{number}: listed twice")
        expected[name.strip()] = feature.strip()
    return expected


@dataclass
class Verdict:
    unlisted: set[str] = field(default_factory=set)  # pass directly, fail through pgsidecar, not listed
    unneeded: set[str] = field(default_factory=set)  # listed, and pass
    flaky: set[str] = field(default_factory=set)  # not the same in two runs
    gone: set[str] = field(default_factory=set)  # listed, and no such test has run directly

    @property
    def failed(self) -> int:
        return len(self.unlisted) + len(self.unneeded) + len(self.gone)


def lost(direct: Outcome, through: Outcome) -> set[str]:
    """What passes directly and does not pass through pgsidecar; a test that did not run has not passed."""
    return direct.passed - through.passed


def doubtful(direct: Outcome, through: Outcome, expected: set[str]) -> set[str]:
    """The tests to run again before judging."""
    return lost(direct, through) ^ (expected & (direct.passed | direct.failed))


def judge(direct: list[Outcome], through: list[Outcome], expected: set[str], whole: bool = True) -> Verdict:
    """The second outcome of each list, if any, is of the doubtful tests alone.

    Unless the `whole` suite has run, a listed test that did not run says nothing.
    """
    verdict = Verdict()
    first = lost(direct[0], through[0])
    ran = direct[0].passed | direct[0].failed
    if whole:
        verdict.gone = expected - ran
    for name in doubtful(direct[0], through[0], expected):
        failed_directly = any(name in outcome.failed for outcome in direct)
        again = len(through) == 1 or (name in lost(direct[1], through[1])) == (name in first)
        if failed_directly or not again:
            verdict.flaky.add(name)
        elif name in first:
            verdict.unlisted.add(name)
        else:
            verdict.unneeded.add(name)
    return verdict
