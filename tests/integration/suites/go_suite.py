"""Suites in Go: a module with its tests, as the module cache has it."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .suite import Outcome, Run, Suite, call, clean_environment, fetch_with


@dataclass
class GoSuite(Suite):
    module: str = ""
    packages: tuple[str, ...] = ("./...",)
    skip: str = ""  # a regular expression for tests that are not run
    urls: tuple[str, ...] = ()  # variables that hold the database's URL
    own_user: str | None = None  # when the suite insists on a role

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def recipe(self) -> object:
        return self.version, self.module, self.packages

    def fetch(self) -> None:
        (self.folder / "go.mod").write_text("module suites\n\ngo 1.24\n")
        fetch_with(["go", "mod", "download", f"{self.module}@v{self.version}"], self.folder)
        done = subprocess.run(["go", "mod", "download", "-json", f"{self.module}@v{self.version}"], cwd=self.folder,
                              capture_output=True, check=True, text=True, env=clean_environment({}))
        shutil.copytree(json.loads(done.stdout)["Dir"], self.source, copy_function=shutil.copyfile)
        for path in [self.source, *self.source.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        (self.folder / "go.mod").unlink()
        fetch_with(["go", "test", "-vet=off", "-exec=true", *self.packages], self.source)  # compiles, runs nothing

    def run(self, run: Run) -> Outcome:
        environment = run.pg_environment() | {name: f"{run.dsn('postgres')}?sslmode=disable" for name in self.urls}
        if self.own_user:
            environment["PGUSER"] = self.own_user
        command = ["go", "test", "-vet=off", "-json", "-count=1", "-p=1", f"-timeout={self.limit}s"]
        if self.skip:
            command.append(f"-skip={self.skip}")
        if run.names is not None:
            command.append(f"-run={self._pattern(run.names)}")
        report = run.directory / "outcomes.jsonl"
        call([*command, *self.packages], log=report, cwd=self.source, limit=self.limit + 60, environment=environment)
        shutil.copyfile(report, run.log)
        return read_outcomes(report, self.module)

    @staticmethod
    def _pattern(names: set[str]) -> str:
        """Top-level tests, whole: a subtest may need those before it."""
        tests = {re.escape(name.split(" ")[-1].split("/")[0]) for name in names}
        return f"^({'|'.join(sorted(tests))})$"


def read_outcomes(report: Path, module: str) -> Outcome:
    """Names are "package Test/subtest"; a test is left out where its subtests tell the same."""
    results: dict[str, bool] = {}
    begun: set[str] = set()
    for line in report.read_text(errors="replace").splitlines():
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        if "Test" not in event:
            continue
        package = event["Package"].removeprefix(module).strip("/") or "."
        name = f"{package} {event['Test']}"
        if event["Action"] == "run":
            begun.add(name)
        elif event["Action"] in ("pass", "fail"):
            results[name] = event["Action"] == "pass"
        elif event["Action"] == "skip":
            begun.discard(name)
    results = dict.fromkeys(begun, False) | results  # begun and never ended
    outcome = Outcome()
    for name, passed in results.items():
        subtests = [other for other in results if other.startswith(name + "/")]
        if not subtests or (not passed and all(results[other] for other in subtests)):
            outcome.add(name, passed)
    return outcome
