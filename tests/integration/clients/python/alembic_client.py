"""Alembic's commands, with an async engine on asyncpg."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import alembic
import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from checks import COPY, Checks, begin_together

metadata = sa.MetaData()
book = sa.Table(f"book_{COPY}", metadata, sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("title", sa.String(50)), sa.Column("price", sa.Integer))
sa.Index(f"book_{COPY}_title", book.c.title)


def columns() -> list[tuple[str, int | None]]:
    async def look():
        connection = await asyncpg.connect()
        found = await connection.fetch("SELECT column_name, character_maximum_length FROM information_schema.columns "
                                       "WHERE table_name = $1 ORDER BY ordinal_position", f"book_{COPY}")
        await connection.close()
        return [tuple(row) for row in found]

    return asyncio.run(look())


def main() -> None:
    checks = Checks("Alembic", alembic.__version__)
    first, second = [("id", None), ("title", 20)], [("id", None), ("title", 50), ("price", None)]
    out = io.StringIO()
    config = Config(stdout=out)
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))

    def perform(name: str, *arguments) -> bool:
        with checks.guard("common", name) as done:
            getattr(command, name)(config, *arguments)
            checks.equal("common", name, "done", "done")
        return done.passed

    def migrate(name: str, command_name: str, target: str, expected: list, revision: str) -> None:
        if not perform(command_name, target):
            return
        with checks.guard("common", name):
            checks.equal("common", name, columns(), expected)
            out.truncate(0)
            out.seek(0)
            command.current(config)
            checks.equal("common", f"current after {name}", out.getvalue().split()[:1], revision.split())

    begin_together()
    for turn in range(2):
        migrate("upgrade to the first", "upgrade", "first", first, "first")
        migrate("upgrade to the head", "upgrade", "head", second, "second")
        perform("check")
        migrate("downgrade by one", "downgrade", "-1", first, "first")
        migrate("upgrade by one", "upgrade", "+1", second, "second")
        perform("stamp", "first")
        perform("stamp", "head")
        migrate("downgrade to the base", "downgrade", "base", [], "")
    checks.report()


if __name__ == "__main__":
    main()
