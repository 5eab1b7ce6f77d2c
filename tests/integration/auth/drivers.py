"""Drivers that log in with a password and say who they are on the server."""
from __future__ import annotations

import os
import subprocess
import sys

from tests.integration.drivers.versions import installed

PSYCOPG = """
import psycopg, sys
with psycopg.connect(sys.argv[1]) as c:
    print(c.execute("SELECT current_user, %s::int", [42]).fetchone())
"""
ASYNCPG = """
import asyncio, asyncpg, sys
async def main():
    c = await asyncpg.connect(sys.argv[1])
    print(tuple(await c.fetchrow("SELECT current_user, $1::int", 42)))
    await c.close()
asyncio.run(main())
"""
DRIVERS = {"psycopg-3.3": PSYCOPG, "asyncpg-0.30": ASYNCPG}


def run(driver: str, port: int, user: str, password: str | None, **parameters: str) -> subprocess.CompletedProcess:
    """`parameters` are those of a connection URL: sslmode and its like."""
    environment = os.environ | {"PYTHONPATH": str(installed(driver)), "PGSSLMODE": "prefer", "PGPASSFILE": "/nonexistent"}
    if password is not None:
        environment["PGPASSWORD"] = password
    options = "&".join(f"{name}={value}" for name, value in parameters.items())
    url = f"postgresql://{user}@127.0.0.1:{port}/postgres?{options}"
    command = [sys.executable, "-c", DRIVERS[driver], url]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def served_as(user: str) -> str:
    """What a driver prints that has logged in."""
    return f"('{user}', 42)\n"
