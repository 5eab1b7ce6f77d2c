"""SQLAlchemy's async engine without connect_args: sqlalchemy_features.py DSN COPY SCHEMA null|queue|ping"""

from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import sys
import uuid

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

from tally import Tally

DSN, COPY, SCHEMA, POOL = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
OWN = COPY * 1000
SECONDS = 30
OPTIONS = dict(null=dict(poolclass=sa.NullPool), queue={}, ping=dict(pool_pre_ping=True))
tally = Tally()


class Base(DeclarativeBase):
    metadata = sa.MetaData(schema=SCHEMA)


class Colour(enum.Enum):
    red, green = 1, 2


class Author(Base):
    __tablename__ = f"author_{COPY}"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[Colour] = mapped_column(sa.Enum(Colour, name=f"colour_{COPY}"))
    key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    details: Mapped[dict] = mapped_column(sa.JSON)
    born: Mapped[datetime.date]
    books: Mapped[list[Book]] = relationship(back_populates="author", cascade="all, delete-orphan")


class Book(Base):
    __tablename__ = f"book_{COPY}"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    price: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2))
    tags: Mapped[list[str]] = mapped_column(sa.ARRAY(sa.String))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey(Author.id))
    author: Mapped[Author] = relationship(back_populates="books")


def author(i: int) -> Author:
    books = [
        Book(title=f"book {i}.{k}", price=decimal.Decimal(OWN + k) / 100, tags=[f"t{i}", "é"])
        for k in range(3)
    ]
    return Author(
        name=f"author {OWN + i}",
        colour=Colour(1 + i % 2),
        details=dict(own=OWN, i=i),
        born=datetime.date(1900 + i, 1, 2),
        books=books,
    )


async def orm(engine):
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions.begin() as session:
        session.add_all(author(i) for i in range(10))
    async with sessions() as session:
        found = (
            await session.scalars(sa.select(Author).options(selectinload(Author.books)).order_by(Author.name))
        ).all()
        tally.equal(
            "authors",
            [(a.name, a.colour, a.details, a.born) for a in found],
            [
                (a.name, a.colour, a.details, a.born)
                for a in sorted(map(author, range(10)), key=lambda a: a.name)
            ],
        )
        tally.equal(
            "books",
            [sorted((b.title, b.price, tuple(b.tags)) for b in a.books) for a in found],
            [[(b.title, b.price, tuple(b.tags)) for b in author(a.details["i"]).books] for a in found],
        )
        found[0].name = f"renamed {OWN}"
        await session.delete(found[1])
        await session.commit()
        tally.equal(
            "get", (await session.get(Author, found[0].id, populate_existing=True)).name, f"renamed {OWN}"
        )
        tally.equal("cascade", await session.scalar(sa.select(sa.func.count()).select_from(Book)), 27)


async def core(engine):
    books, authors = Book.__table__, Author.__table__
    async with engine.begin() as connection:
        owner = await connection.scalar(sa.select(sa.func.min(authors.c.id)))
        rows = [dict(title=f"core {i}", price=i, tags=[], author_id=owner) for i in range(300)]
        ids = (
            (
                await connection.execute(
                    sa.insert(books).returning(books.c.id, sort_by_parameter_order=True), rows
                )
            )
            .scalars()
            .all()
        )
        tally.equal("insert many, returning", len(set(ids)), 300)
        await connection.execute(
            sa.update(books).where(books.c.id == sa.bindparam("key")).values(price=sa.bindparam("new")),
            [dict(key=k, new=OWN) for k in ids[:50]],
        )
        deleted = await connection.execute(sa.delete(books).where(books.c.id.in_(ids[50:])))
        tally.equal("rowcount", deleted.rowcount, 250)
    async with engine.connect() as connection:
        total = sa.select(sa.func.sum(books.c.price)).where(books.c.title.like("core %"))
        tally.equal("updated", await connection.scalar(total), OWN * 50)
        for i in range(3):
            tally.equal(
                "literal and parameter",
                tuple(
                    (
                        await connection.execute(sa.text(f"select {OWN}, cast(:i as int), 'x'"), dict(i=i))
                    ).one()
                ),
                (OWN, i, "x"),
            )
        await connection.rollback()
    async with engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for i in range(5):
            tally.equal("autocommit", await autocommit.scalar(sa.select(sa.literal(OWN + i))), OWN + i)


async def streaming(engine):
    numbers = sa.text(f"select i + {OWN} from generate_series(1, :n) i")
    async with engine.connect() as connection:
        result = await connection.stream(numbers, dict(n=230))
        tally.equal("stream", [row[0] async for row in result], list(range(OWN + 1, OWN + 231)))
        result = await connection.stream_scalars(numbers, dict(n=50))
        tally.equal("partitions", [len(part) async for part in result.partitions(20)], [20, 20, 10])
    async with AsyncSession(engine) as session:
        names = await session.stream_scalars(
            sa.select(Book.title).where(Book.title.like("core %")).order_by(Book.id)
        )
        tally.equal("session.stream", [name async for name in names], [f"core {i}" for i in range(50)])


async def nested(engine):
    async with AsyncSession(engine) as session, session.begin():
        session.add(author(50))
        await session.flush()
        with tally.raises("unique in a savepoint", IntegrityError):
            async with session.begin_nested():
                session.add(author(50))
        async with session.begin_nested() as savepoint:
            session.add(author(51))
            await session.flush()
            await savepoint.rollback()
        session.add(author(52))
    async with AsyncSession(engine) as session:
        mine = (
            sa.select(Author.name)
            .where(Author.name.in_([author(i).name for i in (50, 51, 52)]))
            .order_by(Author.name)
        )
        tally.equal(
            "after savepoints", (await session.scalars(mine)).all(), [author(50).name, author(52).name]
        )
        with tally.raises("unique", IntegrityError):
            session.add(author(50))
            await session.commit()
        await session.rollback()
        tally.equal("usable again", len((await session.scalars(mine)).all()), 2)


async def schema_changes(engine):
    extra = sa.table(Book.__tablename__, sa.column("title"), sa.column("stock"), schema=SCHEMA)
    async with engine.begin() as connection:
        await connection.execute(
            sa.text(f"alter table {SCHEMA}.{Book.__tablename__} add column stock int not null default {OWN}")
        )
        columns = await connection.run_sync(
            lambda c: [x["name"] for x in sa.inspect(c).get_columns(Book.__tablename__, schema=SCHEMA)]
        )
        tally.equal("reflection", columns, ["id", "title", "price", "tags", "author_id", "stock"])
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.select(extra.c.stock).distinct())).scalars().all()
        tally.equal("after ALTER TABLE", rows, [OWN])


async def concurrency(engine):
    async def worker(w: int):
        for i in range(8):
            async with AsyncSession(engine) as session, session.begin():
                got = await session.scalar(sa.select(sa.literal(OWN + w) * 10 + sa.cast(i, sa.Integer)))
                tally.equal("concurrent", got, (OWN + w) * 10 + i)
                constant = await session.scalar(
                    sa.text(f"select '{OWN}-{w}-{i % 3}' || cast(:x as text)"), dict(x="!")
                )
                tally.equal("concurrent constant", constant, f"{OWN}-{w}-{i % 3}!")
                count = await session.scalar(
                    sa.select(sa.func.count())
                    .select_from(Author)
                    .where(Author.details["own"].as_integer() == OWN)
                )
                tally.equal("concurrent rows", count, 11)

    await asyncio.gather(*map(worker, range(6)))


async def main():
    engine = create_async_engine(DSN, **OPTIONS[POOL])
    with tally.attempt("create_all"):
        async with asyncio.timeout(SECONDS), engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
    for feature in (orm, core, streaming, nested, schema_changes, concurrency):
        with tally.attempt(feature.__name__):
            await asyncio.wait_for(feature(engine), SECONDS)
    with tally.attempt("drop_all"):
        async with asyncio.timeout(SECONDS), engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
        await engine.dispose()


asyncio.run(main())
tally.report()
