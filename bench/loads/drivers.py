"""Python drivers: with their defaults through pgsidecar, and as they have to be set up for pgBouncer 1.18."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import Iterator

from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import Servers
from bench.servers.targets import Target
from tests.integration.support.processes import clean_environment
from tests.integration.support.stack import ROOT, make_dsn

PATIENCE = 60.0  # seconds


class DriverError(RuntimeError):
    pass


def drivers(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """asyncpg and psycopg 3 (C), one row by its key, each connection for itself in one event loop."""
    direct, pooler, haproxy, sidecar, *_ = servers.peers()
    pairs = [
        ("asyncpg", direct),
        ("asyncpg", sidecar),
        ("asyncpg without its cache", pooler),
        ("asyncpg without its cache", haproxy),
        ("psycopg", sidecar),
        ("psycopg without preparing", pooler),
        ("psycopg without preparing", haproxy),
    ]
    for connections in (1, 10):
        yield Variant({"connections": connections}, [contestant(*pair, connections) for pair in pairs])


def alternating(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """asyncpg: BEGIN, A, B, A, B, COMMIT with two prepared statements."""
    direct, pooler, _, sidecar, *_ = servers.peers()
    pairs = [
        ("asyncpg, A B A B", direct),
        ("asyncpg, A B A B", sidecar),
        ("asyncpg without its cache, A B A B", pooler),
    ]
    yield Variant({"connections": 8}, [contestant(*pair, 8) for pair in pairs])


def contestant(program: str, target: Target, connections: int) -> Contestant:
    return Contestant(
        dataclasses.replace(target, name=f"{program}; {target.name}"),
        lambda effort: play(program, target.port, connections, effort),
    )


def play(program: str, port: int, connections: int, effort: Effort) -> Outcome:
    seconds, least = (0.0, 10) if effort.short else (effort.seconds, 1)
    command = [
        sys.executable,
        "-m",
        "bench.loads.driver_program",
        program,
        make_dsn(port),
        str(connections),
        str(seconds),
        str(least),
    ]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environment(),
        timeout=PATIENCE + effort.seconds,
    )
    if done.returncode:
        raise DriverError(f"{program}: {done.stderr}")
    return Outcome(**json.loads(done.stdout))
