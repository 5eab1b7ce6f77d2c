"""`pgsidecar check` as its users run it, and what it has said."""
from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import NamedTuple

from tests.integration.support.processes import clean_environment
from tests.integration.support.stack import sidecar_binary

LIMIT = 120.0  # seconds


class Line(NamedTuple):
    status: str
    detail: str
    hint: str


@dataclass
class Verdict:
    exit_status: int
    said: dict

    def __getitem__(self, name: str) -> Line:
        """The check of this name; that of the trials where the address has one of the same name too."""
        found = [check for check in self.said["checks"] if check["name"] == name]
        return Line(found[-1]["status"], found[-1]["detail"], found[-1].get("hint", ""))

    def of(self, section: str) -> dict[str, str]:
        return {check["name"]: check["status"] for check in self.said["checks"] if check["section"] == section}

    @property
    def failed(self) -> list[str]:
        return [check["name"] for check in self.said["checks"] if check["status"] == "fail"]


def environment(variables: dict[str, str] = {}) -> dict[str, str]:
    return {name: value for name, value in clean_environment().items() if not name.startswith("PGSIDECAR_")} | variables


def command(*arguments: str) -> list[str]:
    return [sidecar_binary(), "check", *arguments]


def run(*arguments: str, variables: dict[str, str] = {}) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), env=environment(variables), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=LIMIT)


def check(*arguments: str, variables: dict[str, str] = {}) -> Verdict:
    done = run("--json", *arguments, variables=variables)
    assert done.stderr == ""
    return Verdict(done.returncode, json.loads(done.stdout))


def scratch_schemas(postgres) -> str:
    return postgres.psql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgsidecar%'")
