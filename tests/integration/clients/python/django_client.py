"""django_client.py [server_side_binding]: Django's ORM on psycopg."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import decimal
import os
import sys
import uuid

import django
from django.conf import settings

from checks import COPY, Checks, begin_together, common

OPTIONS = {"server_side_binding": True} if "server_side_binding" in sys.argv else {}
settings.configure(USE_TZ=True, INSTALLED_APPS=[], DATABASES={"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"],
    "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"], "OPTIONS": OPTIONS,
    "DISABLE_SERVER_SIDE_CURSORS": False}})
django.setup()
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the common checks are written with await

from django.contrib.postgres.fields import ArrayField  # noqa: E402, needs the settings
from django.db import connection, models, transaction  # noqa: E402

checks = Checks("Django", django.__version__)


class Book(models.Model):
    name = models.CharField(max_length=50, unique=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    born = models.DateField()
    seen = models.DateTimeField()
    key = models.UUIDField()
    details = models.JSONField()
    tags = ArrayField(models.TextField())
    data = models.BinaryField()
    big = models.BigIntegerField()
    on = models.BooleanField()

    class Meta:
        app_label = "shop"
        db_table = f"book_{COPY}"


class Client:
    def placeholder(self, n: int) -> str:
        return "%s"

    async def value(self, sql: str, *arguments):
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchone()[0]

    async def execute(self, sql: str, *arguments) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)

    @contextlib.asynccontextmanager
    async def transaction(self):
        with transaction.atomic():
            yield self


def values(n: int) -> dict:
    return dict(name=f"book {n}", price=decimal.Decimal(n) / 4, born=datetime.date(2000, 1, 1 + n), big=n << 40,
                seen=datetime.datetime(2024, 1, 1 + n, tzinfo=datetime.timezone.utc), key=uuid.UUID(int=n),
                details={"n": [n]}, tags=[str(n), "é"], data=bytes([n, 0]), on=bool(n % 2))


def types() -> None:
    for n in range(10):
        made = Book.objects.create(**values(n))
        found = Book.objects.get(pk=made.pk)
        for column, value in values(n).items():
            got = getattr(found, column)
            checks.equal("types", column, bytes(got) if column == "data" else got, value)
        checks.equal("types", "update", Book.objects.filter(pk=made.pk).update(price=7), 1)
        checks.equal("types", "delete", Book.objects.get(pk=made.pk).delete()[0], 1)
    Book.objects.create(**values(1))
    with checks.expect("types", "unique", "23505"), transaction.atomic():
        Book.objects.create(**values(1))


def batch() -> None:
    for turn in range(3):
        Book.objects.bulk_create(Book(**values(n % 20) | {"name": f"batch {turn} {n}"}) for n in range(120))
        found = Book.objects.filter(name__startswith=f"batch {turn} ")
        checks.equal("batch", "rows", found.count(), 120)
        total = found.aggregate(models.Sum("big"))["big__sum"]
        checks.equal("batch", "sum", total, sum(n % 20 << 40 for n in range(120)))


def cursor() -> None:
    """Django declares it WITH HOLD outside a transaction, which no transaction pooler can keep."""
    for turn in range(3):
        with transaction.atomic():
            found = [book.name for book in Book.objects.filter(name__startswith="batch").iterator(chunk_size=50)]
        checks.equal("cursor", "iterator", len(set(found)), 360)


def main() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Book)
        editor.execute(f"CREATE TABLE common_{COPY} (id int4)")
    begin_together()
    asyncio.run(common(checks, Client()))
    for group in (types, batch, cursor):
        with checks.guard(group.__name__, "group"):
            group()
    connection.close()
    checks.report()


main()
