"""A FastAPI service with SQLModel, asked over ASGI by several tasks at once."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import fastapi
import httpx
import sqlmodel
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from checks import COPY, Checks, begin_together, sqlstate

checks = Checks("FastAPI and SQLModel", f"{fastapi.__version__}, {sqlmodel.__version__}")
where = f"{os.environ['PGUSER']}@{os.environ['PGHOST']}:{os.environ['PGPORT']}/{os.environ['PGDATABASE']}"
engine = create_async_engine(f"postgresql+asyncpg://{where}")
app = FastAPI()
TASKS, ROUNDS = 6, 3


class Hero(SQLModel, table=True):
    __tablename__ = f"hero_{COPY}"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    age: int


async def session():
    async with AsyncSession(engine) as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


class Refused(Exception):
    def __init__(self, sqlstate: str, name: str):
        super().__init__(f"{name}: status 500, SQLSTATE {sqlstate}")
        self.sqlstate = sqlstate


@app.exception_handler(DBAPIError)
async def failed(request: Request, error: DBAPIError) -> JSONResponse:
    return JSONResponse({"sqlstate": sqlstate(error) or "other"}, 500)


@app.post("/heroes", status_code=201)
async def create(hero: Hero, session: Session) -> Hero:
    session.add(hero)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(409, error.orig.sqlstate)
    await session.refresh(hero)
    return hero


@app.get("/heroes/{key}")
async def read(key: int, session: Session) -> Hero:
    hero = await session.get(Hero, key)
    if hero is None:
        raise HTTPException(404)
    return hero


@app.patch("/heroes/{key}")
async def grow_older(key: int, session: Session) -> Hero:
    hero = await session.get(Hero, key)
    hero.age += 1
    await session.commit()
    await session.refresh(hero)
    return hero


@app.delete("/heroes/{key}", status_code=204)
async def delete(key: int, session: Session) -> None:
    await session.delete(await session.get(Hero, key))
    await session.commit()


@app.get("/count")
async def count(older_than: int, task: int, session: Session) -> int:
    found = select(func.count()).select_from(Hero).where(Hero.age > older_than, Hero.name.like(f"{task} %"))
    return (await session.exec(found)).one()


async def work(web: httpx.AsyncClient, task: int) -> None:
    """A turn ends with its first error: what would follow from it is no further finding."""
    async def ask(name: str, method: str, path: str, expected, status: int = 200, **options) -> int | None:
        answer = await web.request(method, path, **options)
        if answer.status_code >= 500:
            raise Refused(answer.json()["sqlstate"], name)
        got = answer.json() if answer.content else None
        key = got.pop("id", None) if isinstance(got, dict) else None
        checks.equal("common", name, (answer.status_code, got), (status, expected))
        return key

    async def turn_of(turn: int) -> None:
        hero = {"name": f"{task} {turn} {COPY}", "age": 100 * task + turn}
        key = await ask("create", "POST", "/heroes", hero, 201, json=hero)
        await ask("unique", "POST", "/heroes", {"detail": "23505"}, 409, json=hero)
        older = hero | {"age": hero["age"] + 1}
        await ask("read", "GET", f"/heroes/{key}", hero)
        await ask("update", "PATCH", f"/heroes/{key}", older)
        await ask("read again", "GET", f"/heroes/{key}", older)
        await ask("count", "GET", "/count", 1, params={"older_than": hero["age"], "task": task})
        await ask("delete", "DELETE", f"/heroes/{key}", None, 204)
        await ask("gone", "GET", f"/heroes/{key}", {"detail": "Not Found"}, 404)

    for turn in range(ROUNDS):
        with checks.guard("common", "turn"):
            await turn_of(turn)


async def main() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    begin_together()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as web:
        await asyncio.gather(*(work(web, task) for task in range(TASKS)))
    await engine.dispose()
    checks.report()


asyncio.run(main())
