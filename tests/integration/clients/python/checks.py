"""What a program reports, and the checks that all programs have in common."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import Counter, defaultdict
from typing import Any, Iterator

COPY = os.environ["CLIENT_COPY"]
ROUNDS, STATEMENTS = 3, 10
DIVISION_BY_ZERO = "22012"


class Guarded:
    """What follows from a step that has failed is no further finding."""

    passed = False


class Checks:
    def __init__(self, client: str, version: str):
        self._client, self._version = client, version
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._errors: Counter[str] = Counter()
        self._first: list[str] = []

    def equal(self, group: str, name: str, got: Any, expected: Any) -> None:
        self._counts[group][0 if got == expected else 1] += 1
        if got != expected:
            self._first.append(f"{group}, {name}: {got!r}, not {expected!r}")

    @contextlib.contextmanager
    def guard(self, group: str, name: str) -> Iterator[Guarded]:
        """What is raised inside counts one error."""
        guarded = Guarded()
        try:
            yield guarded
            guarded.passed = True
        except Exception as error:
            self._counts[group][2] += 1
            self._errors[sqlstate(error) or "other"] += 1
            self._first.append(f"{group}, {name}: {type(error).__name__}: {error}"[:300])

    @contextlib.contextmanager
    def expect(self, group: str, name: str, state: str) -> Iterator[None]:
        """An error with this SQLSTATE is right."""
        with self.guard(group, name):
            try:
                yield
            except Exception as error:
                if sqlstate(error) != state:
                    raise
                self.equal(group, name, state, state)
            else:
                self.equal(group, name, "no error", state)

    def report(self) -> None:
        right, wrong, _ = (sum(column) for column in zip([0, 0, 0], *self._counts.values()))
        print(json.dumps(dict(client=self._client, version=self._version, right=right, wrong=wrong, errors=self._errors,
                              first=self._first[:5], groups=self._counts)))


def sqlstate(error: BaseException | None) -> str | None:
    """Frameworks wrap the driver's error."""
    while error is not None:
        for name in ("sqlstate", "pgcode"):
            if getattr(error, name, None):
                return getattr(error, name)
        error = getattr(error, "orig", None) or error.__cause__ or (error.args[0] if error.args and isinstance(
            error.args[0], BaseException) else None)
    return None


def begin_together() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def statements(all_integers: bool) -> list[tuple[str, Any, Any]]:
    """Text, arguments for a round, value for a round; every second one is of this copy alone."""
    own = 1000 * (1 + ord(COPY))
    made = []
    for k in range(STATEMENTS):
        for offset in (k, own + k):
            made.append(integer(k, offset) if all_integers or k % 2 == 0 else text(offset))
    return made


def integer(k: int, offset: int) -> tuple[str, Any, Any]:
    if k % 4 == 0:
        return (f"SELECT CAST({{0}} AS int4) * 10000000 + CAST({{1}} AS int4) * 1000000 + {offset}",
                lambda turn: (turn, 2), lambda turn: turn * 10000000 + 2000000 + offset)
    return (f"SELECT CAST({{0}} AS int4) * 1000000 + {offset}", lambda turn: (turn,),
            lambda turn: turn * 1000000 + offset)


def text(offset: int) -> tuple[str, Any, Any]:
    return (f"SELECT CAST({{0}} AS text) || ' and {offset}'", lambda turn: (f"round {turn}",),
            lambda turn: f"round {turn} and {offset}")


class OfConnection:
    """What the clients of connections with %s for placeholders begin with."""

    def __init__(self, connection: Any):
        self.connection = connection

    def placeholder(self, n: int) -> str:
        return "%s"


async def common(checks: Checks, client: Any, all_integers: bool = False) -> None:
    """A client has placeholder(n), async value(sql, *arguments) and execute(…), and transaction(), which yields one."""
    def sql(template: str) -> str:
        return template.format(*(client.placeholder(n) for n in range(2)))

    async def value(name: str, template: str, arguments: tuple, expected: Any, on: Any = client) -> None:
        with checks.guard("common", name):
            checks.equal("common", name, await on.value(sql(template), *arguments), expected)

    for turn in range(1, ROUNDS + 1):
        for template, arguments, expected in statements(all_integers):
            await value(template, template, arguments(turn), expected(turn))
    table = f"common_{COPY}"
    insert = f"INSERT INTO {table} VALUES ({{0}})"
    count = f"SELECT count(*) FROM {table} WHERE id >= CAST({{0}} AS int4)"
    with checks.guard("common", "transaction") as committed:
        async with client.transaction() as inside:
            for number in range(1, 4):
                await inside.execute(sql(insert), number)
            await value("rows seen inside", count, (1,), 3, inside)
    if committed.passed:
        await value("commit seen", count, (2,), 2)
    with checks.expect("common", "division by zero", DIVISION_BY_ZERO):
        await client.value(sql("SELECT 1 / CAST({0} AS int4)"), 0)
    await value("recovery", "SELECT CAST({0} AS int4) + 1", (41,), 42)
