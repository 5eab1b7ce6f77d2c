"""A FastAPI service in two uvicorn workers under 20 concurrent clients."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.support.daemon import free_port

from .runner import Outcome, restart_pooler, run
from .versions import environment

PACKAGES = "fastapi-0.165"
APPS = Path(__file__).parent / "apps"
CLIENTS, ROUNDS = 20, 6
ANSWERS = CLIENTS * (ROUNDS * 9 + ROUNDS // 2 * 2 + 4)
START_LIMIT, STOP_LIMIT = 30, 15


@contextlib.contextmanager
def service(url: str, schema: str, log: Path):
    """The service at a free port; yields its address."""
    env = environment(PACKAGES) | {"DATABASE_URL": url, "DATABASE_SCHEMA": schema}
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "crud:app",
        "--port",
        str(port),
        "--workers",
        "2",
        "--no-access-log",
    ]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=APPS, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        wait_for_workers(process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def create_table(stack, schema: str) -> None:
    env = environment(PACKAGES) | {
        "DATABASE_URL": stack.dsn("postgres", scheme="postgresql+asyncpg"),
        "DATABASE_SCHEMA": schema,
    }
    done = subprocess.run(
        [sys.executable, "crud.py"],
        cwd=APPS,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_LIMIT,
    )
    assert done.returncode == 0, done.stderr


def wait_for_workers(process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while log.read_text().count("Application startup complete") < 2:
        assert (
            process.poll() is None and time.monotonic() < deadline
        ), f"uvicorn does not start:\n{log.read_text()[-3000:]}"
        time.sleep(0.1)


def serve(stack, via: str, schema: str, tmp_path: Path) -> Outcome:
    create_table(stack, schema)
    stack.pgbouncer.reconnect()
    with service(stack.dsn(via, scheme="postgresql+asyncpg"), schema, tmp_path / "uvicorn.log") as url:
        outcome = run("crud_clients", PACKAGES, url, CLIENTS, ROUNDS)
    print(f"crud via {via}: {outcome}")
    return outcome


@pytest.mark.timeout(400)
def test_broken_without(stack, schema, tmp_path):
    outcome = serve(stack, "pgbouncer", schema, tmp_path)
    restart_pooler(stack)
    assert outcome.broken


@pytest.mark.timeout(400)
def test_every_answer_is_right(stack, schema, tmp_path):
    outcome = serve(stack, "sidecar", schema, tmp_path)
    assert not outcome.broken, str(outcome)
    assert outcome.right == ANSWERS
