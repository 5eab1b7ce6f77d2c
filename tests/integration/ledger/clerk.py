"""A clerk: one process of several clients that write transfers, each in a transaction, and note what became of them.

It resets a connection now and then, in the middle of a transaction, and goes on until SIGTERM.
"""
from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import socket
import struct
from typing import Any

import asyncpg
import psycopg

from tests.integration.ledger.books import ACCOUNTS, ACKNOWLEDGED, BEGUN, LOST, REFUSED, WRONG

PATIENCE = 30.0  # seconds that one step may take, faults included
PAUSE = 0.05  # after a failure
RESETS = 0.02  # of all transfers
RESET_NOW = struct.pack("ii", 1, 0)  # SO_LINGER: close() resets


class AsyncpgClient:
    """Prepares every statement under a name, as asyncpg does."""

    def __init__(self, connection: asyncpg.Connection):
        self._connection = connection

    @classmethod
    async def connect(cls, dsn: str) -> AsyncpgClient:
        return cls(await asyncpg.connect(dsn, timeout=PATIENCE, command_timeout=PATIENCE))

    async def execute(self, sql: str, *values: Any) -> list[tuple]:
        if not values:
            await self._connection.execute(sql)
            return []
        return [tuple(row) for row in await self._connection.fetch(sql, *values)]

    def close(self) -> None:
        self._connection.terminate()

    def reset(self) -> None:
        end = self._connection._transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_NOW)
        self._connection.terminate()

    hang_up = reset


class PsycopgClient:
    """Prepares a statement when it uses it for the second time."""

    def __init__(self, connection: psycopg.AsyncConnection):
        self._connection = connection

    @classmethod
    async def connect(cls, dsn: str) -> PsycopgClient:
        connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=int(PATIENCE))
        connection.prepare_threshold = 1
        return cls(connection)

    async def execute(self, sql: str, *values: Any) -> list[tuple]:
        for number in range(1, len(values) + 1):
            sql = sql.replace(f"${number}", "%s")
        cursor = await self._connection.execute(sql, values or None)
        return await cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        self._connection.pgconn.finish()

    def reset(self) -> None:
        with socket.socket(fileno=os.dup(self._connection.fileno())) as end:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_NOW)
        self._connection.pgconn.finish()

    def hang_up(self) -> None:
        """While it waits for an answer; it would wait on for one from a socket that was closed."""
        with socket.socket(fileno=os.dup(self._connection.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)


KINDS = {"asyncpg": AsyncpgClient, "psycopg": PsycopgClient}
FAILURES = (OSError, asyncio.TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, psycopg.Error,
            asyncpg.InternalClientError)  # the last where it has read a FATAL between two statements, and not the end yet


class Wrong(Exception):
    """An answer to another question."""


class Clerk:
    def __init__(self, options: argparse.Namespace):
        self._kind, self._dsn = KINDS[options.kind], options.dsn
        self._random = random.Random(options.seed)
        self._next = options.first
        self._journal = os.open(options.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self.stopping = False

    async def serve(self) -> None:
        client = None
        while not self.stopping:
            try:
                client = client or await asyncio.wait_for(self._kind.connect(self._dsn), PATIENCE)
                client = await self._transfer(client)
            except FAILURES:
                if client:
                    client.close()
                client = None
                await asyncio.sleep(PAUSE)
        if client:
            client.close()

    async def _transfer(self, client):
        """The client, or nothing if it has been reset."""
        transfer, self._next = self._next, self._next + 1
        source, target = self._random.sample(range(1, ACCOUNTS + 1), 2)
        amount = self._random.randrange(1, 100)
        steps = statements(transfer, source, target, amount)
        reset_at = self._random.randrange(len(steps) + 1) if self._random.random() < RESETS else None
        self._note(BEGUN, transfer)
        outcome = REFUSED
        try:
            for number, (sql, values) in enumerate(steps):
                if number == reset_at:  # a REFUSED one: it has not come to COMMIT
                    client.reset()
                    return None
                await self._step(client, sql, values)
            outcome = LOST  # until COMMIT is answered
            committing = asyncio.ensure_future(self._step(client, "COMMIT", ()))
            if reset_at == len(steps):
                await asyncio.sleep(0)
                client.hang_up()
            await committing
            outcome = ACKNOWLEDGED
            return client
        except Wrong as wrong:
            self._note(WRONG, transfer, str(wrong))
            raise
        except FAILURES as failure:
            if outcome == LOST and is_serialization_failure(failure):
                outcome = REFUSED
            raise
        finally:
            self._note(outcome, transfer)

    async def _step(self, client, sql: str, values: tuple) -> None:
        rows = await asyncio.wait_for(client.execute(sql, *values), PATIENCE)
        if sql == LOCK and [row[0] for row in rows] != [values[0]]:
            raise Wrong(f"asked for account {values[0]}, and got {rows}")

    def _note(self, outcome: str, transfer: int, why: str = "") -> None:
        """At once: the clerk may be killed."""
        os.write(self._journal, f"{outcome} {transfer} {why}".rstrip().encode() + b"\n")


LOCK = "SELECT id, balance FROM accounts WHERE id = $1 FOR UPDATE"


def statements(transfer: int, source: int, target: int, amount: int) -> list[tuple[str, tuple]]:
    """Up to COMMIT; locks in one order, so that nobody waits in a circle."""
    first, second = sorted([source, target])
    return [("BEGIN", ()), (LOCK, (first,)), (LOCK, (second,)),
            ("INSERT INTO transfers (id, source, target, amount) VALUES ($1, $2, $3, $4)",
             (transfer, source, target, amount)),
            ("UPDATE accounts SET balance = balance - $1 WHERE id = $2", (amount, source)),
            ("UPDATE accounts SET balance = balance + $1 WHERE id = $2", (amount, target))]


def is_serialization_failure(failure: BaseException) -> bool:
    """COMMIT has been answered, and has failed."""
    return str(getattr(failure, "sqlstate", None) or "").startswith("40")


async def run(options: argparse.Namespace) -> None:
    clerk = Clerk(options)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(clerk, "stopping", True))
    await asyncio.gather(*(clerk.serve() for _ in range(options.clients)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--first", type=int, required=True, help="number of its first transfer")
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
