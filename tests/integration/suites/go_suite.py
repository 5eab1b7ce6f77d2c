"""Suites in Go: a module as the module cache has it, each test in a process of its own, lest one that hangs takes the
others with it."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.support.processes import clean_environment

from .suite import ROOT, NotRun, Outcome, Run, Suite, call, fetch_with

TOOLCHAINS = ROOT / "tests" / "integration" / "support" / "toolchains.sh"
RESULT = re.compile(r"^\s*--- (PASS|FAIL): (\S+) \(", re.MULTILINE)
SKIPPED = re.compile(r"^\s*--- SKIP: (\S+) \(", re.MULTILINE)
BEGUN = re.compile(r"^=== RUN\s+(\S+)", re.MULTILINE)


@dataclass
class GoSuite(Suite):
    module: str = ""
    packages: tuple[str, ...] = (".",)
    urls: tuple[str, ...] = ()  # variables that hold the database's URL
    user: str = "postgres"
    test_limit: int = 20  # seconds
    without: str = ""  # a pattern for tests that pass or fail by chance
    slow: dict[str, int] = field(default_factory=dict)  # tests that need more, and how much

    @property
    def source(self) -> Path:
        return self.folder / "source"

    def recipe(self) -> object:
        return self.version, self.module, self.packages

    def fetch(self) -> None:
        (self.folder / "go.mod").write_text("module suites\n\ngo 1.24\n")
        go = go_command()
        fetch_with([go, "mod", "download", f"{self.module}@v{self.version}"], self.folder)
        done = subprocess.run([go, "mod", "download", "-json", f"{self.module}@v{self.version}"], cwd=self.folder,
                              capture_output=True, check=True, text=True, env=clean_environment())
        shutil.copytree(json.loads(done.stdout)["Dir"], self.source, copy_function=shutil.copyfile)
        for path in [self.source, *self.source.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        (self.folder / "go.mod").unlink()
        for package in self.packages:
            fetch_with([go, "test", "-c", "-vet=off", "-o", str(self._program(package)), package], self.source)

    def run(self, run: Run) -> Outcome:
        url = f"postgres://{self.user}@127.0.0.1:{run.port}/{run.database}?sslmode=disable"
        environment = run.pg_environment() | dict.fromkeys(self.urls, url) | {"PGUSER": self.user}
        wanted = run.names and {without_subtest(name) for name in run.names}
        outcome = Outcome()
        for package in self.packages:
            for test in self._tests(package, run, environment):
                if wanted is None or f"{package} {test}" in wanted:
                    self._play(package, test, run, environment, outcome)
        return outcome

    def _play(self, package: str, test: str, run: Run, environment: dict[str, str], outcome: Outcome) -> None:
        begin = run.log.stat().st_size
        limit = self.slow.get(test, self.test_limit)
        command = [str(self._program(package)), "-test.v", f"-test.run=^{test}$", f"-test.timeout={limit}s",
                   f"-test.skip={self.without}"]
        call(command, log=run.log, cwd=self.source / package, limit=limit + 10, environment=environment)
        with open(run.log, errors="replace") as log:
            log.seek(begin)
            for name, passed in read_outcomes(log.read()).items():
                outcome.add(f"{package} {name}", passed)

    def _tests(self, package: str, run: Run, environment: dict[str, str]) -> list[str]:
        listing = run.directory / "tests"
        listing.unlink(missing_ok=True)
        call([str(self._program(package)), "-test.list=."], log=listing, cwd=self.source / package, limit=60,
             environment=environment)
        run.log.touch()
        return [name for name in listing.read_text().split("\n") if re.match(r"(Test|Example)\w*$", name)]

    def _program(self, package: str) -> Path:
        return self.folder / f"{package.strip('./').replace('/', '-') or 'root'}.test"


def go_command() -> str:
    done = subprocess.run(["bash", "-c", f"source '{TOOLCHAINS}' && use_go >&2 && command -v go"], capture_output=True,
                          text=True, timeout=600)
    if done.returncode:
        raise NotRun(done.stderr.strip().split("\n")[-1])
    return done.stdout.strip()


def without_subtest(name: str) -> str:
    """Of "package test/subtest"; a package may have a slash too."""
    package, test = name.split(" ", 1)
    return f"{package} {test.partition('/')[0]}"


def read_outcomes(text: str) -> dict[str, bool]:
    """A test that began and never ended hung; one whose subtests tell the same is left out."""
    text = re.sub(r"/tmp/\S*?/", "/tmp/", text)  # a temporary folder is another one in each run
    results = dict.fromkeys(BEGUN.findall(text), False)
    results.update((name, result == "PASS") for result, name in RESULT.findall(text))
    for name in SKIPPED.findall(text):
        results.pop(name, None)

    def told_by_subtests(name: str) -> bool:
        subtests = [passed for other, passed in results.items() if other.startswith(name + "/")]
        return bool(subtests) and (results[name] or not all(subtests))

    return {name: passed for name, passed in results.items() if not told_by_subtests(name)}
