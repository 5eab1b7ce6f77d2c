"""Run with `uvicorn shop.main:app`."""
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from .database import Item, engine, session

Session = Annotated[AsyncSession, Depends(session)]


class NewItem(BaseModel):
    name: str
    price: Decimal


class StoredItem(NewItem):
    model_config = ConfigDict(from_attributes=True)
    id: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(title="shop", lifespan=lifespan)


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process; whether the database is there is pgsidecar's /readyz."""
    return {"status": "ok"}


@app.get("/database")
async def database(session: Session) -> dict[str, str]:
    return {"version": await session.scalar(text("SHOW server_version"))}


@app.post("/items", status_code=201)
async def create(new: NewItem, session: Session) -> StoredItem:
    item = Item(**new.model_dump())
    session.add(item)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409, f"there is an item {new.name}") from None
    return StoredItem.model_validate(item)


@app.get("/items/{name}")
async def read(name: str, session: Session) -> StoredItem:
    item = await session.scalar(select(Item).where(Item.name == name))
    if item is None:
        raise HTTPException(404)
    return StoredItem.model_validate(item)
