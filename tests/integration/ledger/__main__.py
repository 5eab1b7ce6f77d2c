"""Transfers between accounts under faults, and an audit of the books.

    python3 -m tests.integration.ledger --seconds 600

Clerks, several processes with asyncpg and psycopg, write transfers through pgsidecar and a pgBouncer with fewer servers
than clients, while the pooler is killed, stopped and restarted, PostgreSQL is restarted in immediate mode, clients reset
their connections and clerks are killed. Afterwards: what was acknowledged stands there once, what was refused before
COMMIT does not, what got no answer at most once; every account has what its transfers say.
"""
from __future__ import annotations

import argparse
import sys

from tests.integration.ledger.load import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long (60)")
    parser.add_argument("--transfers", type=int, help="end before, when so many have been acknowledged")
    parser.add_argument("--seed", type=int, default=1, help="of the order of faults and of the amounts (1)")
    parser.add_argument("--workers", type=int, default=1, help="of pgsidecar (1)")
    options = parser.parse_args()
    result = run(options.seconds, options.transfers, options.seed, options.workers)
    print(result.journal.summary())
    print("faults: " + ", ".join(f"{name.replace('_', ' ')} {times}" for name, times in sorted(result.faults.items())))
    for problem in result.problems:
        print(problem)
    print("the books are in order" if not result.problems else f"{len(result.problems)} problems")
    return bool(result.problems)


if __name__ == "__main__":
    sys.exit(main())
