"""SQLAlchemy 2.0, async ORM on asyncpg, as its tutorial teaches it: sqlalchemy_shop.py DSN"""
from __future__ import annotations

import asyncio
import datetime
import decimal
import enum
import sys
import uuid

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, insert
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (DeclarativeBase, Mapped, aliased, column_property, joinedload, mapped_column, relationship,
                            selectinload, subqueryload, undefer, with_loader_criteria)

DSN = sys.argv[1].replace("postgresql", "postgresql+asyncpg", 1)
NOW = datetime.datetime.now(datetime.timezone.utc)


class Base(DeclarativeBase):
    metadata = sa.MetaData(schema="alchemy")


class State(enum.Enum):
    new, paid = 1, 2


user_group = sa.Table("user_group", Base.metadata, sa.Column("user_id", sa.ForeignKey("alchemy.user_account.id"), primary_key=True),
                      sa.Column("group_id", sa.ForeignKey("alchemy.group.id"), primary_key=True))


class Group(Base):
    __tablename__ = "group"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class User(Base):
    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(30))
    email: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    key: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    details: Mapped[dict] = mapped_column(JSONB, default=dict)
    tags: Mapped[list[str]] = mapped_column(ARRAY(sa.String), default=list)
    created: Mapped[datetime.datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.func.now())
    notes: Mapped[str] = mapped_column(sa.Text, default="", deferred=True)
    orders: Mapped[list[Order]] = relationship(back_populates="user", cascade="all, delete-orphan")
    groups: Mapped[list[Group]] = relationship(secondary=user_group)

    @hybrid_property
    def handle(self):
        return self.name + "@here"


class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id), index=True)
    state: Mapped[State] = mapped_column(sa.Enum(State, name="state", schema="alchemy"))
    total: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2))
    version: Mapped[int] = mapped_column(default=1)
    user: Mapped[User] = relationship(back_populates="orders")
    __mapper_args__ = {"version_id_col": version}


class Node(Base):
    __tablename__ = "node"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("alchemy.node.id"))
    kind: Mapped[str]
    children: Mapped[list[Node]] = relationship()
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "node"}


class Leaf(Node):
    __tablename__ = "leaf"
    id: Mapped[int] = mapped_column(sa.ForeignKey(Node.id), primary_key=True)
    colour: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "leaf", "polymorphic_load": "inline"}


User.order_count = column_property(
    sa.select(sa.func.count(Order.id)).where(Order.user_id == User.id).correlate_except(Order).scalar_subquery(), deferred=True)


def reads():
    select, func = sa.select, sa.func
    yield select(User)
    yield select(User).where(User.id == 1)
    yield select(User).filter_by(name="a", active=True)
    yield select(User.id, User.name).where(User.email.is_(None)).order_by(User.name.desc()).limit(10).offset(5)
    yield select(User).where(User.id.in_([1, 2, 3]))
    yield select(User).where(User.id.not_in([1, 2]), ~User.active)
    yield select(User).where(User.name.like("a%"), User.name.ilike("%b"), User.email.contains("x", autoescape=True))
    yield select(User).where(User.name.startswith("a") | User.name.endswith("b")).where(func.lower(User.name) == "c")
    yield select(User).where(User.created.between(NOW, NOW)).where(User.created > func.now() - datetime.timedelta(days=1))
    yield select(User).where(User.tags.any("a"), User.tags.contains(["b"]), User.tags.overlap(["c"]))
    yield select(User).where(User.details["a"]["b"].astext == "c", User.details.has_key("a"), User.details.contains({"a": 1}))
    yield select(User).where(User.key == uuid.uuid4(), sa.cast(User.id, sa.String) == "1")
    yield select(User).where(sa.exists().where(Order.user_id == User.id))
    yield select(User).where(User.orders.any(Order.state == State.paid))
    yield select(Order).where(Order.user.has(User.name == "a"))
    yield select(User).where(User.groups.any(Group.name == "a"))
    yield select(User, Order).join(User.orders).where(Order.total > 10)
    yield select(User).join(Order, isouter=True).group_by(User.id).having(func.count(Order.id) > 1)
    yield select(User).options(selectinload(User.orders), selectinload(User.groups))
    yield select(User).options(subqueryload(User.orders))
    yield select(Order).options(joinedload(Order.user).selectinload(User.groups))
    yield select(User).options(undefer(User.notes), undefer(User.order_count))
    yield select(User).options(selectinload(User.orders), with_loader_criteria(Order, Order.total > 5))
    yield select(User.handle)
    yield select(func.count()).select_from(User)
    yield select(func.count()).select_from(select(User).where(User.active).subquery())
    yield select(func.count(sa.distinct(Order.user_id)), func.sum(Order.total), func.avg(Order.total), func.max(Order.id))
    yield select(func.coalesce(func.sum(Order.total), 0)).where(Order.user_id == 1)
    yield select(func.count(Order.id).filter(Order.state == State.paid), Order.state).group_by(Order.state)
    yield select(func.date_trunc("day", User.created).label("day"), func.count()).group_by("day")
    yield select(sa.extract("year", User.created), func.to_char(User.created, "YYYY"))
    yield select(sa.case((Order.total > 10, "big"), else_="small"), func.nullif(Order.total, 0), func.greatest(Order.total, 1))
    yield select(Order.id, func.row_number().over(partition_by=Order.user_id, order_by=Order.total.desc()))
    yield select(func.lag(Order.total, 1).over(order_by=Order.id, rows=(None, 0)))
    yield select(func.array_agg(aggregate_order_by(User.name, User.id)), func.string_agg(User.name, ","))
    yield select(func.jsonb_build_object("a", User.name), func.jsonb_agg(User.id)).group_by(User.name)
    yield select(func.percentile_cont(0.5).within_group(Order.total))
    yield select(User).distinct(User.name).order_by(User.name, User.id)
    yield select(User.name).distinct()
    yield select(User.id).union(select(Order.user_id))
    yield select(User.id).union_all(select(Order.user_id)).order_by("id")
    yield select(User.id).intersect(select(Order.user_id))
    recent = select(Order).where(Order.total > 1).cte("recent")
    yield select(User.name, recent.c.total).join(recent, recent.c.user_id == User.id)
    tree = select(Node.id, Node.parent_id).where(Node.parent_id.is_(None)).cte("tree", recursive=True)
    yield select(tree.union_all(select(Node.id, Node.parent_id).join(tree, Node.parent_id == tree.c.id)))
    other = aliased(User)
    yield select(User.name, other.name).join(other, User.id < other.id)
    latest = select(Order.total).where(Order.user_id == User.id).order_by(Order.id.desc()).limit(1).lateral()
    yield select(User.name, latest.c.total).join(latest, sa.true())
    yield select(User.name, select(func.count()).where(Order.user_id == User.id).scalar_subquery().label("n"))
    yield select(sa.literal("x"), sa.literal(1), sa.null(), sa.true(), func.current_timestamp())
    yield select(func.generate_series(1, 3).table_valued("n").render_derived())
    yield select(sa.func.unnest(sa.cast([1, 2], ARRAY(sa.Integer))).column_valued("n"))
    yield select(User.id).where(sa.tuple_(User.id, User.name).in_([(1, "a")]))
    yield select(User).where(User.name.regexp_match("^a"), User.name.collate("C") > "b")
    yield select(User).where(func.to_tsvector("simple", User.name).op("@@")(func.plainto_tsquery("simple", "a")))
    yield select(User).with_for_update()
    yield select(User).where(User.id == 1).with_for_update(skip_locked=True, of=User, key_share=True)
    yield select(Node).order_by(Node.id)
    yield select(Leaf).where(Leaf.colour == "red")
    yield sa.text("SELECT * FROM alchemy.user_account WHERE id = :id").bindparams(id=1)
    yield select(sa.values(sa.column("a", sa.Integer), name="v").data([(1,), (2,)]))
    yield select(sa.Sequence("numbers", schema="alchemy").next_value())
    yield select(func.pg_advisory_xact_lock(1))


def joined_reads():
    joined = sa.select(User).options(joinedload(User.orders))
    yield joined.order_by(User.id)
    yield joined.limit(5)


async def write(session):
    groups = [Group(name=f"g{i}") for i in range(3)]
    users = [User(name=f"u{i}", groups=groups[: i % 3], orders=[Order(state=State.new, total=i)]) for i in range(5)]
    session.add_all([*groups, *users, Leaf(colour="red", children=[Node()])])
    await session.commit()
    users[0].name = "renamed"
    users[1].orders[0].total = 9
    await session.delete(users[2])
    await session.commit()
    await session.refresh(users[0], ["orders", "groups"])
    await session.execute(sa.update(User).where(User.id == 1).values(active=False).returning(User.id))
    await session.execute(sa.delete(Order).where(Order.total < 0).returning(Order))
    await session.execute(insert(Group).values(name="g0").on_conflict_do_nothing().returning(Group.id))
    moved = sa.delete(Order).where(Order.id < 0).returning(Order.id).cte("moved")
    await session.execute(sa.select(sa.func.count()).select_from(moved))


async def main():
    engine = create_async_engine(DSN, poolclass=sa.NullPool)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with engine.begin() as connection:
        await connection.execute(sa.text("drop schema if exists alchemy cascade"))
        await connection.execute(sa.text("create schema alchemy"))
        await connection.execute(sa.text("create sequence alchemy.numbers"))
        await connection.run_sync(Base.metadata.create_all)
    async with sessions() as session:
        await write(session)
    for statement in reads():
        async with sessions() as session:
            (await session.execute(statement)).all()
    for statement in joined_reads():
        async with sessions() as session:
            (await session.scalars(statement)).unique().all()
    async with sessions() as session:
        user = await session.get(User, 1)
        await session.get(User, 2, options=[selectinload(User.orders)])
        await session.refresh(user)
        await session.scalar(sa.select(sa.func.count()).select_from(User).where(User.active))
    async with engine.connect() as connection:
        await connection.run_sync(lambda c: sa.inspect(c).get_multi_columns(schema="alchemy"))
        await connection.run_sync(lambda c: sa.MetaData().reflect(c, schema="alchemy"))
    await engine.dispose()


asyncio.run(main())
