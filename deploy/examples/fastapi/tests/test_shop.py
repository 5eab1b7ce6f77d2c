"""The service over ASGI against the database that $DATABASE_URL names; `alembic upgrade head` has run."""
import asyncio
import uuid

import httpx

from shop.database import engine
from shop.main import app

TASKS = 8


def ask(scenario):
    async def run():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            await scenario(client)
        await engine.dispose()

    asyncio.run(run())


def test_database_answers():
    async def scenario(client):
        answer = await client.get("/database")
        assert answer.status_code == 200, answer.text

    ask(scenario)


def test_what_is_stored_is_read_by_many_at_once():
    names = [f"item {uuid.uuid4()}" for _ in range(TASKS)]

    async def store_and_read(client, name, price):
        stored = await client.post("/items", json={"name": name, "price": price})
        assert stored.status_code == 201, stored.text
        for _ in range(10):  # more often than a driver waits before it prepares, each time on any server
            read = await client.get(f"/items/{name}")
            assert read.json() == stored.json()

    async def scenario(client):
        await asyncio.gather(*(store_and_read(client, name, f"{index}.50") for index, name in enumerate(names)))

    ask(scenario)


def test_an_error_is_recovered_from():
    async def scenario(client):
        item = {"name": f"twice {uuid.uuid4()}", "price": "1.00"}
        assert (await client.post("/items", json=item)).status_code == 201
        assert (await client.post("/items", json=item)).status_code == 409
        assert (await client.get(f"/items/{item['name']}")).status_code == 200

    ask(scenario)
