"""What a suite is: how it is prepared, the database it wants, how it is run, what its tests are called."""
from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from inspect import getsource
from pathlib import Path

from tests.integration.support.processes import clean_environment, run_to_end

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "suites"


class NotRun(Exception):
    """The suite cannot run on this machine: a toolchain is not there, or a package cannot be had."""


@dataclass
class Outcome:
    """The names of tests; one that was skipped is in neither set."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    def add(self, name: str, passed: bool) -> None:
        (self.passed if passed else self.failed).add(name)
        self.passed -= self.failed


@dataclass
class Run:
    """One run of a suite against one port; `names` restricts it to these tests."""

    port: int
    database: str
    directory: Path  # log and report of the run, empty at its beginning
    ci: bool = False
    names: set[str] | None = None

    @property
    def log(self) -> Path:
        return self.directory / "log"

    def pg_environment(self) -> dict[str, str]:
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres", "PGDATABASE": self.database,
                "PGSSLMODE": "disable"}

    def dsn(self, scheme: str = "postgresql") -> str:
        return f"{scheme}://postgres@127.0.0.1:{self.port}/{self.database}"


@dataclass
class Suite:
    name: str
    version: str
    ci: bool = False
    control: bool = False  # sends no prepared statements: what fails here needs session state
    limit: int = 600  # seconds for a run
    setup_sql: tuple[str, ...] = ()  # {database} is its name
    settings: dict[str, str] = field(default_factory=dict)  # of the server
    database: str | None = None  # when the suite insists on a name

    @property
    def folder(self) -> Path:
        return BUILD / self.name

    @property
    def expected_file(self) -> Path:
        return Path(__file__).with_name(f"{self.name}.expected")

    def prepare(self) -> None:
        """Brings the suite and what it needs to `folder`, once for each version of its recipe."""
        stamp = self.folder / ".stamp"
        wanted = hashlib.sha256(f"{self.recipe()!r}{getsource(type(self).fetch)}".encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.fetch()
        stamp.write_text(wanted)

    def recipe(self) -> object:
        """What `fetch` depends on."""
        return self.version

    def database_sql(self) -> tuple[str, ...]:
        """What makes the new database one that the suite can use, one transaction each."""
        return self.setup_sql

    def fetch(self) -> None:
        raise NotImplementedError

    def run(self, run: Run) -> Outcome:
        raise NotImplementedError


def call(command: list[str], *, log: Path, cwd: Path, limit: float, environment: dict[str, str] = {}) -> int | None:
    """Runs a program with its children to its end: its status, or None where the time limit ended it."""
    with open(log, "ab") as output:
        return run_to_end(command, output, limit, clean_environment() | environment, cwd)


def fetch_with(command: list[str], cwd: Path, limit: float = 600, environment: dict[str, str] = {}) -> None:
    """A step of `fetch`; that it fails means that the suite is not run."""
    if shutil.which(command[0]) is None:
        raise NotRun(f"{command[0]} is not installed")
    log = cwd / "fetch.log"
    status = call(command, log=log, cwd=cwd, limit=limit, environment=environment)
    if status != 0:
        tail = " ".join(log.read_text(errors="replace").split("\n")[-4:])
        raise NotRun(f"`{' '.join(command[:4])} …` {'timed out' if status is None else 'failed'}: {tail}")
