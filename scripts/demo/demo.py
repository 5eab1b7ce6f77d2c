"""What asyncpg's users see behind a transaction pooler, and what they see through pgsidecar.

Runs one program (app.py) in several processes, first against pgBouncer, then through pgsidecar, and counts.
The exit status is 0 only if the first had errors or wrong rows and the second neither.
"""
from __future__ import annotations

import collections
import json
import subprocess
import sys
from pathlib import Path

from tests.integration.support.stack import Stack, StackError

from .app import ORDERS, ROUNDS

APP = Path(__file__).with_name("app.py")
CUSTOMERS = range(1, 5)
WORKERS = 3
QUERIES = len(CUSTOMERS) * WORKERS * ROUNDS * ORDERS
TIME_LIMIT = 90.0

SCHEMA = f"""
CREATE TABLE orders (customer int, number int, amount int, PRIMARY KEY (customer, number));
INSERT INTO orders SELECT customer, number, 100 * customer + number
    FROM generate_series(1, {len(CUSTOMERS)}) customer, generate_series(0, {ORDERS - 1}) number
"""


class Result:
    def __init__(self, reports: list[dict]):
        self.right = sum(report["right"] for report in reports)
        self.wrong = [text for report in reports for text in report["wrong"]]
        self.errors = sum((collections.Counter(report["errors"]) for report in reports), collections.Counter())

    @property
    def error_count(self) -> int:
        return self.errors.total()

    @property
    def perfect(self) -> bool:
        return self.right == QUERIES and not self.wrong and not self.errors

    def line(self, name: str) -> str:
        return f"{name:<20}{QUERIES:>9}{self.right:>9}{self.error_count:>9}{len(self.wrong):>13}"


def run_app(dsn: str) -> Result:
    """One process per customer, all at once."""
    processes = [subprocess.Popen([sys.executable, str(APP), dsn, str(customer)], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for customer in CUSTOMERS]
    return Result([report(process) for process in processes])


def report(process: subprocess.Popen) -> dict:
    try:
        out, err = process.communicate(timeout=TIME_LIMIT)
        return json.loads(out)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        reason = f"the program did not end in {TIME_LIMIT:.0f} s"
    except ValueError:
        reason = err.strip().splitlines()[-1] if err.strip() else f"the program ended with {process.returncode}"
    return {"right": 0, "wrong": [], "errors": {reason: 1}}


def examples(result: Result) -> str:
    by_kind: dict[str, collections.Counter] = {}
    for text, count in result.errors.items():
        by_kind.setdefault(text.split()[0], collections.Counter())[text] += count
    lines = [f"  {kinds.total():>5} times  {kinds.most_common(1)[0][0]}"
             for kinds in sorted(by_kind.values(), key=collections.Counter.total, reverse=True)]
    if result.wrong:
        lines += ["  A wrong row, without any error:", f"         {result.wrong[0]}"]
    return "\n".join(lines)


def verdict(pooled: Result, proxied: Result) -> str:
    if not proxied.perfect:
        return f"pgsidecar did NOT answer everything rightly:\n{examples(proxied)}"
    if not pooled.wrong and not pooled.errors:
        return "The pooler alone showed no fault in this run: nothing is shown by it."
    return "The same program, unchanged, gets every row right through pgsidecar."


def main() -> int:
    with Stack() as stack:
        stack.postgres.psql(SCHEMA)
        print(f"{len(CUSTOMERS)} processes of scripts/demo/app.py (asyncpg, default settings), {WORKERS} connections each;\n"
              f"pgBouncer in transaction mode with {stack.pgbouncer.pool_size} servers\n", flush=True)
        print(f"{'':<20}{'queries':>9}{'right':>9}{'errors':>9}{'wrong rows':>13}")
        stack.pgbouncer.reconnect()
        pooled = run_app(stack.dsn("pgbouncer"))
        print(pooled.line("pgBouncer"), flush=True)
        stack.pgbouncer.reconnect()
        proxied = run_app(stack.dsn("sidecar"))
        print(proxied.line("through pgsidecar"))
        print(f"\nWhat pgBouncer alone gave the program:\n{examples(pooled)}\n\n{verdict(pooled, proxied)}", flush=True)
    return 0 if proxied.perfect and (pooled.errors or pooled.wrong) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
