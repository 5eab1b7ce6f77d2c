"""Tortoise ORM on asyncpg."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import decimal
import os
import uuid

import tortoise
from tortoise import Tortoise, fields
from tortoise.exceptions import IntegrityError
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.transactions import in_transaction

from checks import COPY, Checks, begin_together, common

checks = Checks("Tortoise", tortoise.__version__)


class Author(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(50, unique=True)
    books: fields.ReverseRelation[Book]

    class Meta:
        table = f"author_{COPY}"


class Book(Model):
    id = fields.IntField(primary_key=True)
    author = fields.ForeignKeyField("models.Author", related_name="books")
    price = fields.DecimalField(10, 2)
    born = fields.DateField()
    seen = fields.DatetimeField()
    key = fields.UUIDField()
    details = fields.JSONField()
    data = fields.BinaryField()
    big = fields.BigIntField()
    on = fields.BooleanField()

    class Meta:
        table = f"book_{COPY}"


class Client:
    def __init__(self, connection):
        self.connection = connection

    def placeholder(self, n: int) -> str:
        return f"${n + 1}"

    async def value(self, sql: str, *arguments):
        return list(dict((await self.connection.execute_query(sql, list(arguments)))[1][0]).values())[0]

    async def execute(self, sql: str, *arguments) -> None:
        await self.connection.execute_query(sql, list(arguments))

    @contextlib.asynccontextmanager
    async def transaction(self):
        async with in_transaction() as connection:
            yield Client(connection)


def values(n: int) -> dict:
    return dict(price=decimal.Decimal(n) / 4, born=datetime.date(2000, 1, 1 + n), big=n << 40, key=uuid.UUID(int=n),
                seen=datetime.datetime(2024, 1, 1 + n, tzinfo=datetime.timezone.utc), details={"n": [n]},
                data=bytes([n, 0]), on=bool(n % 2))


async def types() -> None:
    author = await Author.create(name="author")
    for n in range(10):
        made = await Book.create(author=author, **values(n))
        found = await Book.get(id=made.id)
        for column, value in values(n).items():
            checks.equal("types", column, getattr(found, column), value)
        found.price = decimal.Decimal(7)
        await found.save()
        checks.equal("types", "update", (await Book.get(id=made.id)).price, 7)
        checks.equal("types", "delete", await Book.filter(id=made.id).delete(), 1)
    try:
        await Author.create(name="author")
        checks.equal("types", "unique", "no error", "23505")
    except IntegrityError as error:
        checks.equal("types", "unique", error.args[0].sqlstate, "23505")


async def batch() -> None:
    for turn in range(3):
        author = await Author.create(name=f"author {turn}")
        await Book.bulk_create(Book(author=author, **values(n % 20)) for n in range(100))
        counted = await Author.filter(id=author.id).annotate(count=Count("books")).first()
        checks.equal("batch", "counted", counted.count, 100)
        fetched = await Author.get(id=author.id).prefetch_related("books")
        checks.equal("batch", "prefetched", len(fetched.books), 100)


async def main() -> None:
    where = f"{os.environ['PGUSER']}@{os.environ['PGHOST']}:{os.environ['PGPORT']}/{os.environ['PGDATABASE']}"
    await Tortoise.init(db_url=f"asyncpg://{where}", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    client = Client(Tortoise.get_connection("default"))
    await client.connection.execute_script(f"CREATE TABLE common_{COPY} (id int4)")
    begin_together()
    await common(checks, client)
    for group in (types, batch):
        with checks.guard(group.__name__, "group"):
            await group()
    await Tortoise.close_connections()
    checks.report()


asyncio.run(main())
