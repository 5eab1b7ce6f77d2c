"""Concurrent clients of the CRUD service, every answer checked: crud_clients.py URL COPY CLIENTS ROUNDS"""

import asyncio
import decimal
import sys

import httpx

from tally import Tally

URL, CLIENTS, ROUNDS = sys.argv[1], int(sys.argv[3]), int(sys.argv[4])
tally = Tally()


async def ask(http, method, path, want_status, **options):
    answer = await http.request(method, path, **options)
    if answer.status_code >= 500:
        raise RuntimeError(f"{method} {path}: {answer.status_code}")
    tally.equal(f"{method} {path}", answer.status_code, want_status)
    return answer.json() if answer.content else None


async def one_round(http, owner, i):
    new = dict(owner=owner, name=f"{owner} item {i}", price=f"{i}.50")
    made = await ask(http, "POST", "/items", 201, json=new)
    tally.equal("created", made, new | {"id": made["id"]})
    tally.equal("read", await ask(http, "GET", f"/items/{made['id']}", 200), made)
    await ask(http, "POST", "/items", 409, json=new)
    changed = new | {"price": f"{i + 100}.25"}
    tally.equal(
        "replaced",
        await ask(http, "PUT", f"/items/{made['id']}", 200, json=changed),
        changed | {"id": made["id"]},
    )
    tally.equal(
        "list",
        (await ask(http, "GET", "/items", 200, params=dict(owner=owner)))[-1],
        changed | {"id": made["id"]},
    )
    if i % 2:
        await ask(http, "DELETE", f"/items/{made['id']}", 204)
        await ask(http, "GET", f"/items/{made['id']}", 404)


async def client(number):
    owner = f"owner {number}"
    async with httpx.AsyncClient(base_url=URL, timeout=30) as http:
        for i in range(ROUNDS):
            with tally.attempt(owner):
                await one_round(http, owner, i)
        with tally.attempt(owner):
            kept = [i for i in range(ROUNDS) if not i % 2]
            names = [item["name"] for item in await ask(http, "GET", "/items", 200, params=dict(owner=owner))]
            tally.equal("kept", names, [f"{owner} item {i}" for i in kept])
            total = await ask(http, "GET", f"/totals/{owner}", 200)
            tally.equal("total", decimal.Decimal(total), sum(decimal.Decimal(f"{i + 100}.25") for i in kept))


async def main():
    await asyncio.gather(*map(client, range(CLIENTS)))


asyncio.run(main())
tally.report()
