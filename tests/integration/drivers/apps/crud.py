"""A FastAPI service as its tutorial writes it: an async engine, a session per request, nothing about poolers."""

import os
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=5)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"
    __table_args__ = {"schema": os.environ["DATABASE_SCHEMA"]}
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    price: Mapped[Decimal]


class ItemIn(BaseModel):
    owner: str
    name: str
    price: Decimal


class ItemOut(ItemIn):
    model_config = ConfigDict(from_attributes=True)
    id: int


async def open_session():
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]


async def find(session: AsyncSession, item_id: int) -> Item:
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(404, "no such item")
    return item


@app.post("/items", status_code=201)
async def create(new: ItemIn, session: Session) -> ItemOut:
    item = Item(**new.model_dump())
    session.add(item)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, "the name is taken") from None
    return ItemOut.model_validate(item)


@app.get("/items/{item_id}")
async def read(item_id: int, session: Session) -> ItemOut:
    return ItemOut.model_validate(await find(session, item_id))


@app.get("/items")
async def list_of(owner: str, session: Session, limit: int = 100) -> list[ItemOut]:
    found = await session.scalars(select(Item).where(Item.owner == owner).order_by(Item.id).limit(limit))
    return [ItemOut.model_validate(item) for item in found]


@app.get("/totals/{owner}")
async def total(owner: str, session: Session) -> Decimal:
    return await session.scalar(select(func.coalesce(func.sum(Item.price), 0)).where(Item.owner == owner))


@app.put("/items/{item_id}")
async def replace(item_id: int, new: ItemIn, session: Session) -> ItemOut:
    item = await find(session, item_id)
    for name, value in new.model_dump().items():
        setattr(item, name, value)
    await session.commit()
    return ItemOut.model_validate(item)


@app.delete("/items/{item_id}", status_code=204)
async def delete(item_id: int, session: Session) -> None:
    await session.delete(await find(session, item_id))
    await session.commit()


if __name__ == "__main__":  # makes the table, then is done
    import asyncio

    async def create_all():
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    asyncio.run(create_all())
