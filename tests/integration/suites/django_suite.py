"""Django: its own runner, with server-side binding, on a choice of its applications that speak to the database."""
from __future__ import annotations

import re
from dataclasses import dataclass

from .pytest_suite import PythonSuite
from .suite import Outcome, Run, call

SETTINGS = """
import os

def database(name):
    return {"ENGINE": "django.db.backends.postgresql", "NAME": name, "USER": "postgres", "HOST": "127.0.0.1",
            "PORT": os.environ["PGPORT"], "OPTIONS": {"server_side_binding": True}, "TEST": {"NAME": name}}

DATABASES = {"default": database(os.environ["PGDATABASE"]), "other": database(os.environ["PGDATABASE"] + "_other")}
SECRET_KEY = "of the tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
"""
RESULT = re.compile(r"^(\w+) \(([\w.]+)\)(?:\n.*?)? \.\.\. (ok|FAIL|ERROR|skipped|expected failure)", re.MULTILINE)
FAILED = re.compile(r"^(?:FAIL|ERROR): (\w+) \(([\w.]+)\)", re.MULTILINE)


@dataclass
class DjangoSuite(PythonSuite):
    applications: tuple[str, ...] = ()

    def recipe(self) -> object:
        return super().recipe(), SETTINGS

    def fetch(self) -> None:
        super().fetch()
        (self.source / "tests" / "suite_settings.py").write_text(SETTINGS)

    def run(self, run: Run) -> Outcome:
        labels = self.applications if run.names is None else sorted(run.names)
        command = [self.python, "-s", "runtests.py", "--settings=suite_settings", "--keepdb", "--noinput",
                   "--parallel=1", "-v2", *labels]
        status = call(command, log=run.log, cwd=self.source / "tests", limit=self.limit,
                      environment=run.pg_environment() | {"PYTHONNOUSERSITE": "1"})
        return read_outcomes(run.log.read_text(errors="replace"), ended=status is not None)


def read_outcomes(text: str, ended: bool) -> Outcome:
    outcome = Outcome()
    for test, place, result in RESULT.findall(text):
        if result in ("ok", "FAIL", "ERROR"):
            outcome.add(full_name(test, place), result == "ok")
    for test, place in FAILED.findall(text):  # also those of subtests
        outcome.add(full_name(test, place), False)
    if not ended:
        outcome.add("(the run, which did not come to its end)", False)
    return outcome


def full_name(test: str, place: str) -> str:
    return place if place.endswith(f".{test}") else f"{place}.{test}"
