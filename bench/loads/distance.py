"""The proxy beside the application, and the pooler some way off."""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator, Sequence

from bench.loads.raw import ask, prepare, repeat, use
from bench.measure.cell import Contestant, Effort, Outcome, Setting, Variant
from bench.servers.delay import DelayRelay
from bench.servers.servers import Servers
from bench.servers.targets import Target
from tests.integration.drivers.wire import SYNC, Wire, bind, describe, execute, parse, query
from tests.integration.support.daemon import Daemon

ROUND_TRIPS = (0, 1, 5, 20)  # ms
PIPELINED = 50  # statements
SHAPE_CHECKS = tuple(("result_shape_check", value) for value in ("strict", "optimistic", "off"))
POOLER = "upstream.pooler"
SAMPLE = 0.3  # seconds
LEAST = 5

TABLE = """
    CREATE UNLOGGED TABLE IF NOT EXISTS bench_events (id bigint GENERATED ALWAYS AS IDENTITY, note text);
    CREATE OR REPLACE FUNCTION bench_length(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';
"""
SELECT = "SELECT abalance FROM pgbench_accounts WHERE aid = $1"
FUNCTION = "SELECT bench_length($1)"
INSERT = "INSERT INTO bench_events (note) VALUES ($1) RETURNING id"

Play = Callable[[Wire], Callable[[], None]]


def distance(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """One client that uses a prepared statement again, its pooler 0 to 20 ms (a round trip) away, under several
    settings. "pgBouncer" is the same client at the same distance of a pgBouncer in session mode. Round trips are what
    distance adds to the median, in units of itself."""
    servers.postgres.psql(TABLE)
    for rtt in (0, 5) if effort.short else ROUND_TRIPS:
        with contextlib.ExitStack() as stack:
            relay = far(stack, servers, servers.sessions.port, rtt)
            targets = [
                servers.behind("pgBouncer", "delay", relay, servers.sessions),
                *far_sidecars(stack, servers, rtt, effort.settings or SHAPE_CHECKS),
            ]
            for name, play in STATEMENTS.items():
                yield Variant(
                    {"statement": name, "rtt ms": rtt},
                    [contestant(target, play, LEAST) for target in targets],
                    count_calls=False,
                )


def pipelines(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """Fifty statements sent at once, with a Sync each unless told otherwise. PostgreSQL is at the same distance, and so
    is what pgsidecar is told to be in front of: pgBouncer 1.18 in transaction mode, a pooler that tracks requests (here
    pgBouncer 1.18 in session mode, which does not give a server away either), PostgreSQL itself."""
    servers.postgres.psql(TABLE)
    for rtt in (1,) if effort.short else (1, 5):
        with contextlib.ExitStack() as stack:
            relay = far(stack, servers, servers.postgres.port, rtt)
            sessions = far(stack, servers, servers.sessions.port, rtt)
            targets = [
                Target("PostgreSQL", relay.port, {"delay": relay, "postgres": servers.postgres}),
                *far_sidecars(stack, servers, rtt, effort.settings or [(POOLER, "pgbouncer-1.18")]),
                far_sidecar(stack, servers, sessions, (POOLER, "tracks-requests"), servers.sessions),
                far_sidecar(stack, servers, relay, (POOLER, "direct"), None),
            ]
            for name, play in PIPELINES.items():
                yield Variant(
                    {"pipeline": name, "rtt ms": rtt},
                    [contestant(target, play, 3, PIPELINED) for target in targets],
                    count_calls=False,
                )


def far(stack: contextlib.ExitStack, servers: Servers, port: int, rtt: float) -> DelayRelay:
    return stack.enter_context(servers.running(DelayRelay(port, rtt)))


def far_sidecars(
    stack: contextlib.ExitStack, servers: Servers, rtt: float, settings: Sequence[Setting]
) -> list[Target]:
    """One with each setting, with one way to the pooler in transaction mode."""
    relay = far(stack, servers, servers.transactions.port, rtt)
    return [far_sidecar(stack, servers, relay, setting, servers.transactions) for setting in settings]


def far_sidecar(
    stack: contextlib.ExitStack, servers: Servers, relay: DelayRelay, setting: Setting, pooler: Daemon | None
) -> Target:
    key, value = setting
    sidecar = stack.enter_context(servers.running(servers.new_sidecar(relay.port, **{key.replace(".", "_"): value})))
    behind = {"pgbouncer": pooler} if pooler else {}
    processes = {"pgsidecar": sidecar} | behind | {"postgres": servers.postgres}
    return Target(f"pgsidecar, {key} {value}", sidecar.port, processes, "pgsidecar")


def contestant(target: Target, play: Play, least: int, each: int = 1) -> Contestant:
    def run(effort: Effort) -> Outcome:
        with contextlib.closing(Wire(target.port, timeout=30)) as client:
            once = play(client)
            once()
            seconds, times = (0.0, 2) if effort.short else (min(effort.seconds, SAMPLE), least)
            return repeat(once, seconds, times, each)

    return Contestant(target, run)


def select(client: Wire) -> Callable[[], None]:
    prepare(client, "s", SELECT)
    return lambda: ask(client, use("s", "42"))


def unnamed_select(client: Wire) -> Callable[[], None]:
    """As psycopg 3 does before it prepares: the client itself asks for the columns."""
    messages = parse("", SELECT), bind("", "", "42"), describe("P", ""), execute(), SYNC
    return lambda: ask(client, *messages)


def own_function(client: Wire) -> Callable[[], None]:
    """What it does cannot be seen from its name."""
    prepare(client, "f", FUNCTION)
    return lambda: ask(client, use("f", "a note"))


def insert(client: Wire) -> Callable[[], None]:
    prepare(client, "i", INSERT)
    return lambda: ask(client, use("i", "a note"))


def insert_in_block(client: Wire) -> Callable[[], None]:
    prepare(client, "i", INSERT)

    def once() -> None:
        for message in (query("BEGIN"), use("i", "a note"), query("COMMIT")):
            ask(client, message)

    return once


def pipelined_selects(client: Wire) -> Callable[[], None]:
    prepare(client, "s", SELECT)
    messages = [use("s", str(aid + 1)) for aid in range(PIPELINED)]
    return lambda: ask(client, *messages, boundaries=PIPELINED)


def batch(client: Wire) -> Callable[[], None]:
    """As pgx sends one."""
    prepare(client, "s", SELECT)
    messages = [bind("", "s", str(aid + 1)) + execute() for aid in range(PIPELINED)]
    return lambda: ask(client, *messages, SYNC)


def selects_in_block(client: Wire) -> Callable[[], None]:
    for name, sql in (("b", "BEGIN"), ("s", SELECT), ("c", "COMMIT")):
        prepare(client, name, sql)
    messages = [use("b"), *(use("s", str(aid + 1)) for aid in range(PIPELINED)), use("c")]
    return lambda: ask(client, *messages, boundaries=PIPELINED + 2)


def pipelined_block(client: Wire) -> Callable[[], None]:
    for name, sql in (("b", "BEGIN"), ("i", INSERT), ("c", "COMMIT")):
        prepare(client, name, sql)
    messages = [use("b"), *(use("i", "a note") for _ in range(PIPELINED)), use("c")]
    return lambda: ask(client, *messages, boundaries=PIPELINED + 2)


STATEMENTS: dict[str, Play] = {
    "SELECT": select,
    "SELECT, unnamed": unnamed_select,
    "SELECT of an own function": own_function,
    "INSERT RETURNING": insert,
    "INSERT RETURNING in a block": insert_in_block,
}
PIPELINES: dict[str, Play] = {
    "50 SELECTs": pipelined_selects,
    "50 SELECTs, one Sync": batch,
    "50 SELECTs in a block": selects_in_block,
    "50 INSERTs in a block": pipelined_block,
}
