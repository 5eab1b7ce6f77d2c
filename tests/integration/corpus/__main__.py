"""Records what client programs send, for tests/sql/corpus_test.cpp: tests/sql/corpus/statements.jsonl.

    build/venv/bin/python -m tests.integration.corpus

Each program of programs/ runs on a PostgreSQL that logs every statement; a line is {"source": …, "text": …}.
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Iterator

from tests.integration.drivers import database
from tests.integration.drivers.test_alembic import Project
from tests.integration.drivers.versions import environment
from tests.integration.support.stack import ROOT, Postgres

PROGRAMS = Path(__file__).parent / "programs"
TARGET = ROOT / "tests/sql/corpus/statements.jsonl"
PACKAGES = {"asyncpg": "asyncpg-0.32", "django": "django-5.2", "psycopg": "psycopg-3.3", "sqlalchemy": "sqlalchemy-2.0"}
LOGGING = {"log_statement": "all", "log_destination": "jsonlog", "logging_collector": "on", "log_directory": "log",
           "log_filename": "server", "log_rotation_age": "0", "log_rotation_size": "0"}
KEPT = ("select", "with", "values", "table", "show", "insert", "update", "delete")
LIMIT = 120.0  # seconds of one program


def run(command: list[str], variables: dict[str, str], folder: Path = PROGRAMS) -> None:
    subprocess.run(command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, check=True, timeout=LIMIT)


def run_program(name: str, server: Postgres) -> None:
    dsn = f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
    run([sys.executable, str(PROGRAMS / f"{name}_shop.py"), dsn], environment(PACKAGES[name]))


def run_alembic(server: Postgres, folder: Path) -> None:
    project = Project(folder / "project", f"postgresql+asyncpg://postgres@127.0.0.1:{server.port}/postgres")
    for number in ("0001", "0002"):
        project.must("revision", "--autogenerate", "--rev-id", number, "-m", "next")
        project.must("upgrade", "head")
        project.must("check")
        project.grow()
    project.must("current")
    project.must("downgrade", "base")


def statements(log: Path, begin: int) -> Iterator[str]:
    """"statement: …" of a Query, "execute NAME: …" of an Execute."""
    with log.open() as lines:
        lines.seek(begin)
        for line in lines:
            entry = json.loads(line)
            kind, colon, text = entry["message"].partition(": ")
            if colon and kind.split(" ")[0] in ("statement", "execute") and text.lstrip(" \n(").lower().startswith(KEPT):
                yield text


def record(source: str, server: Postgres, folder: Path) -> list[str]:
    log = server.directory / "data/log/server.json"
    begin = log.stat().st_size
    run_alembic(server, folder) if source == "alembic" else run_program(source, server)
    return sorted(set(statements(log, begin)))


def main() -> None:
    server = Postgres(settings=LOGGING)
    try:
        server.start()
        database.create_anew(server)
        with TemporaryDirectory() as folder, TARGET.open("w") as out:
            for source in sorted([*PACKAGES, "alembic"]):
                texts = record(source, server, Path(folder))
                print(f"{source}: {len(texts)} statements")
                out.writelines(json.dumps({"source": source, "text": text}) + "\n" for text in texts)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
