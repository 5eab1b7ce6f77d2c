"""Suites that pytest runs: the tests of a source distribution against the wheel of the same version."""
from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .suite import Outcome, Run, Suite, call, fetch_with

PLUGIN = Path(__file__).with_name("plugin")
RUNNER = ("pytest==8.4.2", "pytest-timeout==2.4.0", "iniconfig==2.3.1", "packaging==26.3", "pluggy==1.7.0",
          "Pygments==2.21.0")


@dataclass
class PythonSuite(Suite):
    """A source distribution and a virtual environment beside it."""

    distribution: str = ""
    packages: tuple[str, ...] = ()  # pinned, with all that they need

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def recipe(self) -> object:
        return self.version, self.distribution, self.packages, RUNNER, sys.version

    def fetch(self) -> None:
        fetch_with([sys.executable, "-m", "venv", "venv"], self.folder)
        fetch_with([self.python, "-m", "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", *RUNNER,
                    *self.packages], self.folder)
        fetch_with([self.python, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", self.distribution,
                    f"{self.distribution}=={self.version}", "-d", "sdist"], self.folder)
        archive, = (self.folder / "sdist").iterdir()
        shutil.unpack_archive(archive, self.folder / "sdist")
        unpacked, = (path for path in (self.folder / "sdist").iterdir() if path.is_dir())
        self.place(unpacked)
        shutil.rmtree(self.folder / "sdist")

    def place(self, unpacked: Path) -> None:
        unpacked.rename(self.source)


@dataclass
class PytestSuite(PythonSuite):
    arguments: tuple[str, ...] = ()  # paths and options; {dsn:scheme} is the database's URL
    ci_arguments: tuple[str, ...] | None = None  # a shorter set for CI
    test_limit: int = 30  # seconds for one test
    only_tests: bool = False  # leave the rest of the sources away, lest they hide the installed package
    strip: str = ""  # what is left out of names

    def place(self, unpacked: Path) -> None:
        if self.only_tests:
            self.source.mkdir()
            unpacked = unpacked / "tests"
            unpacked.rename(self.source / "tests")
        else:
            super().place(unpacked)

    def run(self, run: Run) -> Outcome:
        report = run.directory / "outcomes.jsonl"
        environment = run.pg_environment() | {
            "PYTHONPATH": f"{PLUGIN}{os.pathsep}{self.source}", "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1", "OUTCOMES": str(report), "OUTCOMES_STRIP": self.strip,
            "PSYCOPG2_TESTDB": run.database}
        if run.names is not None:
            only = run.directory / "only.json"
            only.write_text(json.dumps(sorted(run.names)))
            environment["OUTCOMES_ONLY"] = str(only)
        arguments = self.ci_arguments if run.ci and self.ci_arguments else self.arguments
        command = [self.python, "-s", "-m", "pytest", "-p", "outcomes_plugin", "-p", "no:cacheprovider", "-q",
                   "--tb=native", f"--timeout={self.test_limit}", "--timeout-method=signal",
                   *(word.format(dsn=Dsn(run)) for word in arguments)]
        status = call(command, log=run.log, cwd=self.source, limit=self.limit, environment=environment)
        return read_outcomes(report, ended=status in (0, 1, 5))


@dataclass
class Dsn:
    run: Run

    def __format__(self, scheme: str) -> str:
        return self.run.dsn(scheme)


def read_outcomes(report: Path, ended: bool) -> Outcome:
    """A test that had begun and never ended hung, or crashed its process."""
    outcome, running = Outcome(), None
    lines = report.read_text().splitlines() if report.exists() else []
    for name, event in map(json.loads, lines):
        if event in ("passed", "failed"):
            outcome.add(name, event == "passed")
        running = name if event == "begun" else None if event == "ended" else running
    if running:
        outcome.add(running, False)
    if not ended and not running:
        outcome.add("(the run, which did not come to its end)", False)
    return outcome
