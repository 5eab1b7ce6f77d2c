"""The sample job: its script run for real, with the example as the application, and the files that call it."""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from tests.integration.support.daemon import free_port

from .tools import DEPLOY, environment, program, run, tool

SCRIPT = DEPLOY / "ci/check.sh"
EXAMPLE = DEPLOY / "examples/fastapi"


def check(application: Path, **variables: str) -> subprocess.CompletedProcess:
    variables = {"PGSIDECAR": program(), "PORT": str(free_port()), "PYTHON": sys.executable} | variables
    return subprocess.run([SCRIPT, application], env=environment(PYTHONDONTWRITEBYTECODE="1", **variables),
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Also for the account of PostgreSQL: pytest shuts its own folders to others whenever one more pytest begins."""
    with tempfile.TemporaryDirectory(prefix="pgsidecar-ci-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_example_passes(tmp_path, open_folder):
    report = tmp_path / "check.json"
    done = check(EXAMPLE, REPORT=str(report), TMPDIR=str(open_folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("==")] == [
        "== pgsidecar check", "== migrations", "== tests"]
    assert done.stdout.endswith("all right\n")
    assert json.loads(report.read_text())
    assert not list(open_folder.iterdir()), "left behind"
    assert str(open_folder) not in run("ps", "-eo", "args"), "still running"


def test_failing_application_fails(tmp_path):
    (tmp_path / "alembic.ini").write_text(f"[alembic]\nscript_location = {EXAMPLE}/migrations\n"
                                          f"prepend_sys_path = {EXAMPLE}\n")
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert False\n")
    done = check(tmp_path)
    assert done.returncode == 1 and "tests: failed" in done.stderr, done.stdout + done.stderr


def test_pooler_that_is_not_reached_fails(tmp_path):
    """A program that listens nowhere."""
    done = check(EXAMPLE, PGSIDECAR="true")
    assert done.returncode == 1 and "pgsidecar does not answer" in done.stderr, done.stdout + done.stderr


def test_shellcheck_is_content():
    run(tool("shellcheck"), SCRIPT)


@pytest.mark.parametrize("file, schema", [("github-actions.yaml", "github-workflows"), ("gitlab-ci.yaml", "gitlab-ci")])
def test_job_is_valid_and_calls_the_script(file, schema):
    run(tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", DEPLOY / "ci" / file)
    assert "ci/check.sh" in (DEPLOY / "ci" / file).read_text()
