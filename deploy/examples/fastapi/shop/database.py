"""The engine as one would write it for a PostgreSQL of one's own: statement caches on, SQLAlchemy's pool on."""
from __future__ import annotations

import os
from collections.abc import AsyncIterator
from decimal import Decimal

from sqlalchemy import Numeric
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=5, max_overflow=5)
new_session = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))


async def session() -> AsyncIterator[AsyncSession]:
    async with new_session() as opened:
        yield opened
