"""The books: accounts, transfers between them, and what has to be true of both afterwards."""
from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.support.stack import Postgres

ACCOUNTS = 50
OPENING_BALANCE = 1_000_000

# No key on the id of a transfer: one that is written twice has to be seen.
SCHEMA = f"""
    CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);
    INSERT INTO accounts SELECT i, {OPENING_BALANCE} FROM generate_series(1, {ACCOUNTS}) i;
    CREATE TABLE transfers (id bigint NOT NULL, source int NOT NULL, target int NOT NULL, amount bigint NOT NULL);
"""

# What a clerk notes of a transfer, a line each; one that was begun and has no other line was cut short with its clerk.
BEGUN, ACKNOWLEDGED, REFUSED, LOST, WRONG = "begun", "acknowledged", "refused", "lost", "wrong"
LINE = re.compile(rf"({BEGUN}|{ACKNOWLEDGED}|{REFUSED}|{LOST}|{WRONG}) (\d+)(?: (.*))?")


@dataclass
class Journal:
    """What all clerks have noted: the last word on each transfer."""

    outcomes: dict[int, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def read(self, path: Path) -> None:
        for line in path.read_text().splitlines():
            if not (noted := LINE.fullmatch(line)):
                continue  # cut short
            outcome, transfer, why = noted[1], int(noted[2]), noted[3]
            if outcome == WRONG:
                self.complaints.append(f"transfer {transfer}: {why}")
            else:
                self.outcomes[transfer] = outcome

    def count(self, outcome: str) -> int:
        return Counter(self.outcomes.values())[outcome]

    def summary(self) -> str:
        return (f"{len(self.outcomes)} transfers: {self.count(ACKNOWLEDGED)} acknowledged, {self.count(REFUSED)} refused, "
                f"{self.count(LOST) + self.count(BEGUN)} without an answer")


def open_books(postgres: Postgres) -> None:
    postgres.psql(SCHEMA)


def written(postgres: Postgres) -> Counter[int]:
    """How often each transfer stands there."""
    rows = postgres.psql("SELECT id, count(*) FROM transfers GROUP BY id").splitlines()
    return Counter({int(transfer): int(times) for transfer, times in (row.split("|") for row in rows)})


def audit(journal: Journal, postgres: Postgres) -> list[str]:
    """What is wrong; nothing if the books are in order."""
    times = written(postgres)
    problems = list(journal.complaints)
    for transfer, outcome in journal.outcomes.items():
        least, most = {ACKNOWLEDGED: (1, 1), REFUSED: (0, 0)}.get(outcome, (0, 1))
        if not least <= times[transfer] <= most:
            problems.append(f"transfer {transfer} was {outcome}, and stands there {times[transfer]} times")
    for transfer in times.keys() - journal.outcomes.keys():
        problems.append(f"transfer {transfer} was never begun, and stands there")
    total = int(postgres.psql("SELECT sum(balance) FROM accounts"))
    if total != ACCOUNTS * OPENING_BALANCE:
        problems.append(f"the accounts have {total} together, and had {ACCOUNTS * OPENING_BALANCE}")
    return problems + [f"account {row} does not have what its transfers say" for row in unbalanced(postgres)]


def unbalanced(postgres: Postgres) -> list[str]:
    return postgres.psql(f"""
        SELECT id FROM accounts a WHERE balance <> {OPENING_BALANCE}
            + (SELECT coalesce(sum(amount), 0) FROM transfers WHERE target = a.id)
            - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE source = a.id)""").splitlines()
