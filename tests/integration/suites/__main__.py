"""Runs drivers' own test suites, directly and through pgsidecar and pgBouncer, and compares the failing names.

    python3 -m tests.integration.suites [SUITE…] [--ci] [--all] [--direct-only] [--list]
"""
from __future__ import annotations

import argparse
import shutil
import sys

from tests.integration.support.stack import Stack

from . import results
from .catalogue import SUITES
from .judge import Verdict, doubtful, judge, read_expected
from .servers import Supervisor, fresh_database, suite_stack
from .suite import NotRun, Outcome, Run, Suite

SHOWN = {"unlisted": "passes directly, fails through pgsidecar, is not listed",
         "unneeded": "is listed and passes through pgsidecar",
         "gone": "is listed and does not exist",
         "flaky": "flaky: not the same in two runs"}


def main() -> int:
    options = arguments()
    if options.list:
        for suite in SUITES:
            print(f"{suite.name:32} {suite.version:8} {'ci' if suite.ci else ''}")
        return 0
    passed = failed = 0
    not_run: list[str] = []
    for suite in chosen(options):
        try:
            suite.prepare()
        except NotRun as error:
            print(f"{suite.name}: not run: {error}", flush=True)
            not_run.append(suite.name)
            continue
        if options.prepare:
            continue
        with suite_stack(suite) as stack:
            suite_passed, suite_failed = check(stack, suite, options)
        passed, failed = passed + suite_passed, failed + suite_failed
    if options.prepare:
        return 0
    if not_run:
        print(f"not run: {', '.join(not_run)}")
    if options.all or options.suites:
        failed += len(not_run)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tests.integration.suites", description=__doc__.split("\n")[0])
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="names or beginnings of names (default: all)")
    parser.add_argument("--ci", action="store_true", help="the first set, with the shorter runs")
    parser.add_argument("--all", action="store_true", help="all; a suite that cannot run is a failure")
    parser.add_argument("--direct-only", action="store_true", help="show what fails without pgsidecar")
    parser.add_argument("--prepare", action="store_true", help="fetch and build what they need, run none")
    parser.add_argument("--list", action="store_true", help="show the suites")
    options = parser.parse_args()
    unknown = [name for name in options.suites if not any(suite.name.startswith(name) for suite in SUITES)]
    if unknown:
        parser.error(f"no suite {', '.join(unknown)}; see --list")
    return options


def chosen(options: argparse.Namespace) -> list[Suite]:
    if options.suites:
        return [suite for suite in SUITES if suite.name.startswith(tuple(options.suites))]
    return [suite for suite in SUITES if suite.ci or not options.ci]


def check(stack: Stack, suite: Suite, options: argparse.Namespace) -> tuple[int, int]:
    """How many tests are as they should be, and how many are not."""
    expected = read_expected(suite.expected_file)
    direct = [play(stack, suite, "postgres", "direct", options)]
    print(f"{suite.name} {suite.version}: directly {counts(direct[0])}", flush=True)
    if options.direct_only:
        for name in sorted(direct[0].failed):
            print(f"  fails directly: {name}")
        return len(direct[0].passed), 0 if direct[0].passed else 1
    through = [play(stack, suite, "sidecar", "pooled", options)]
    print(f"{suite.name} {suite.version}: through pgsidecar {counts(through[0])}, {len(expected)} listed", flush=True)
    again = doubtful(direct[0], through[0], set(expected))
    if again:
        print(f"{suite.name}: {len(again)} to run again", flush=True)
        direct.append(play(stack, suite, "postgres", "direct-again", options, again))
        through.append(play(stack, suite, "sidecar", "pooled-again", options, again))
    verdict = judge(direct, through, set(expected), whole=not options.ci)
    show(suite, verdict)
    results.merge(suite, direct[0], through[0], len(expected), whole=not options.ci)
    nothing = not through[0].passed
    return len(through[0].passed), verdict.failed + nothing


def play(stack: Stack, suite: Suite, via: str, label: str, options: argparse.Namespace,
         names: set[str] | None = None) -> Outcome:
    directory = suite.folder / "runs" / label
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    with fresh_database(stack, suite) as database:
        run = Run(stack.port(via), database, directory, options.ci, names)
        if via == "postgres":
            return suite.run(run)
        with Supervisor(stack.pgbouncer, database) as supervisor:
            outcome = suite.run(run)
    if supervisor.deaths:
        print(f"{suite.name}: pgBouncer died {supervisor.deaths} times", flush=True)
    stack.check()
    return outcome


def counts(outcome: Outcome) -> str:
    return f"{len(outcome.passed)} pass, {len(outcome.failed)} fail"


def show(suite: Suite, verdict: Verdict) -> None:
    for field, meaning in SHOWN.items():
        for name in sorted(getattr(verdict, field)):
            print(f"  {name}: {meaning}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
