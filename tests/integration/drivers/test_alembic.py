"""Alembic over the async engine: autogenerate, upgrade, downgrade, each command a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .versions import environment

MIGRATIONS = Path(__file__).parent / "apps" / "migrations"
TABLES = ("migrated_customer", "migrated_invoice")


class Project:
    """A migration environment of its own, against one database address."""

    def __init__(self, directory: Path, url: str):
        shutil.copytree(MIGRATIONS, directory)
        (directory / "versions").mkdir()
        self.directory = directory
        self.environment = environment("alembic-1.20") | {"DATABASE_URL": url}

    def alembic(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "alembic", *arguments]
        return subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )

    def must(self, *arguments: str) -> str:
        done = self.alembic(*arguments)
        assert done.returncode == 0, f"alembic {' '.join(arguments)}:\n{done.stderr[-3000:]}"
        return done.stdout

    def grow(self) -> None:
        self.environment["MODEL_STATE"] = "grown"

    def revision(self, number: int) -> str:
        return next(self.directory.glob(f"versions/{number:04}_*.py")).read_text()


@pytest.fixture
def no_tables(stack):
    drop = """set client_min_messages = warning;
        drop table if exists migrated_invoice, migrated_customer, alembic_version; drop type if exists migrated_kind"""
    stack.postgres.psql(drop)
    stack.pgbouncer.reconnect()
    yield
    stack.postgres.psql(drop)


def columns(stack) -> dict[str, str]:
    rows = stack.postgres.psql(
        """select table_name || '.' || column_name || ' ' || data_type
            || coalesce('(' || character_maximum_length || ')', '')
        from information_schema.columns where table_name like 'migrated%' order by 1"""
    ).splitlines()
    return dict(row.split(" ", 1) for row in rows)


@pytest.mark.timeout(400)
def test_broken_without(stack, no_tables, tmp_path):
    """Every process counts its statement names from 1, so that only the first command meets fresh servers."""
    project = Project(tmp_path / "project", stack.dsn("pgbouncer", scheme="postgresql+asyncpg"))
    statuses = [project.alembic("current").returncode for _ in range(4)]
    assert any(statuses), "the bare pooler breaks nothing here"


@pytest.mark.timeout(180)
def test_migrations(stack, no_tables, tmp_path):
    project = Project(tmp_path / "project", stack.dsn("sidecar", scheme="postgresql+asyncpg"))

    project.must("revision", "--autogenerate", "--rev-id", "0001", "-m", "first")
    assert all(f"create_table('{table}'" in project.revision(1) for table in TABLES)
    project.must("upgrade", "head")
    assert columns(stack)["migrated_customer.name"] == "character varying(40)"
    project.must("check")

    project.grow()
    project.must("revision", "--autogenerate", "--rev-id", "0002", "-m", "second")
    assert "add_column('migrated_customer'" in project.revision(
        2
    ) and "alter_column('migrated_customer'" in project.revision(2)
    project.must("upgrade", "head")
    project.must("check")
    assert "0002 (head)" in project.must("current")
    assert columns(stack) == {
        "migrated_customer.id": "integer",
        "migrated_customer.name": "character varying(80)",
        "migrated_customer.email": "character varying(120)",
        "migrated_invoice.id": "bigint",
        "migrated_invoice.customer_id": "integer",
        "migrated_invoice.total": "numeric",
        "migrated_invoice.issued": "timestamp with time zone",
        "migrated_invoice.kind": "USER-DEFINED",
    }

    project.must("downgrade", "-1")
    assert columns(stack)["migrated_customer.name"] == "character varying(40)"
    project.must("downgrade", "base")
    assert columns(stack) == {}
