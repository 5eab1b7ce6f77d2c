"""`python3 -m tests.integration.support.stack`: a stack to work with by hand, and the proof that its pooler rotates."""
from __future__ import annotations

import argparse
import os
import signal

from .simple_client import SimpleClient
from .stack import PgBouncer, Postgres, Stack, StackError

QUERIES = 12


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m tests.integration.support.stack", description=__doc__)
    parser.add_argument("--check", action="store_true", help="show that pgBouncer rotates, then stop")
    parser.add_argument("--pool-size", type=int, default=3, metavar="N", help="servers in the pool (default 3)")
    parser.add_argument("--listen", type=address, default=("127.0.0.1", None), metavar="HOST:PORT",
                        help="where pgsidecar listens (default: a free port)")
    arguments = parser.parse_args()
    try:
        return check(arguments.pool_size) if arguments.check else serve(arguments.pool_size, *arguments.listen)
    except StackError as error:
        parser.exit(1, f"{error}\n")
    except KeyboardInterrupt:
        return 130


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def backend_pids(port: int, count: int = QUERIES) -> list[str]:
    """The servers that answer one client's queries, one after the other."""
    with SimpleClient(port) as client:
        return [str(client.query("SELECT pg_backend_pid()")[0]["pg_backend_pid"]) for _ in range(count)]


def rotates(pids: list[str], pool_size: int) -> bool:
    return len(set(pids)) == pool_size and all(one != next_one for one, next_one in zip(pids, pids[1:]))


def check(pool_size: int) -> int:
    postgres = Postgres()
    pgbouncer = PgBouncer(postgres, pool_size)
    postgres.start()
    pgbouncer.start()
    pgbouncer.keep_rotating()
    pids = backend_pids(pgbouncer.port)
    pgbouncer.stop()
    postgres.stop()
    verdict = rotates(pids, pool_size)
    print(f"{QUERIES} queries of one client were answered by the servers {' '.join(pids)}")
    print(f"the pool of {pool_size} {'rotates' if verdict else 'does NOT rotate'}")
    return 0 if verdict else 1


def serve(pool_size: int, host: str, port: int | None) -> int:
    stop_signals = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    with Stack(pool_size, host=host, sidecar_port=port) as stack:
        signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
        print(f"pgsidecar   {stack.dsn('sidecar')}")
        print(f"pgBouncer   {stack.dsn('pgbouncer')}   transaction mode, {pool_size} servers, round robin")
        print(f"PostgreSQL  {stack.dsn('postgres')}")
        print(f"stop it with Ctrl-C or: kill {os.getpid()}", flush=True)
        while not signal.sigtimedwait(stop_signals, 1):
            stack.check()
    print("stopped")
    return 0
