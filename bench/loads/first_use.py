"""An application with many texts: what the first use of each costs."""

from __future__ import annotations

import contextlib
import itertools
from typing import Callable, Iterator

from bench.loads.raw import ask, prepare, repeat, use
from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import Servers
from bench.servers.targets import Target
from tests.integration.drivers.wire import SYNC, Wire, bind, describe, execute, parse

TEXTS = 10_000
Use = Callable[[Wire, int], None]


def first_use(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """One client, 10,000 distinct texts of 300 bytes, each prepared under a name and executed, and executed again.
    asyncpg describes what it prepares; libpq does not, and asks for the columns with each execution."""
    texts = 50 if effort.short else TEXTS
    for style, (first, again) in STYLES.items():
        with contextlib.ExitStack() as stack:
            clients = [
                (target, stack.enter_context(contextlib.closing(Wire(target.port, timeout=30))))
                for target in servers.peers_with_names()
                if target.name != "pgBouncer"
            ]
            for name, once in (("first", first), ("second", again)):
                yield Variant(
                    {"style": style, "use": name},
                    [contestant(target, client, once, texts) for target, client in clients],
                    once=True,
                    count_calls=False,
                )


def contestant(target: Target, client: Wire, once: Use, texts: int) -> Contestant:
    def run(effort: Effort) -> Outcome:
        numbers = itertools.count()
        return repeat(lambda: once(client, next(numbers)), 0, texts)

    return Contestant(target, run)


def text(number: int) -> str:
    return (
        "SELECT accounts.aid AS accounts_aid, accounts.bid AS accounts_bid, accounts.abalance AS accounts_abalance, "
        "accounts.filler AS accounts_filler FROM pgbench_accounts AS accounts JOIN pgbench_branches AS branches "
        f"ON branches.bid = accounts.bid WHERE accounts.aid = $1 AND accounts.abalance <> {number + 1_000_000}"
    )


def first_of_asyncpg(client: Wire, number: int) -> None:
    prepare(client, f"s{number}", text(number))
    again_of_asyncpg(client, number)


def again_of_asyncpg(client: Wire, number: int) -> None:
    ask(client, use(f"s{number}", "1"))


def first_of_libpq(client: Wire, number: int) -> None:
    ask(client, parse(f"s{number}", text(number)), SYNC)
    again_of_libpq(client, number)


def again_of_libpq(client: Wire, number: int) -> None:
    ask(client, bind("", f"s{number}", "1"), describe("P", ""), execute(), SYNC)


STYLES: dict[str, tuple[Use, Use]] = {
    "asyncpg": (first_of_asyncpg, again_of_asyncpg),
    "libpq": (first_of_libpq, again_of_libpq),
}
