"""pgbench with longer transactions, and with none that keeps its connection."""

from __future__ import annotations

import dataclasses
from typing import Iterator

from bench.loads.statements import CLIENTS, SCRIPTS, contestant, peers, variant
from bench.measure import proc
from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import Servers


def transaction(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """BEGIN, five statements, COMMIT: seven round trips. And BEGIN, A, B, A, B, COMMIT with two statements: six."""
    targets = peers(servers, "prepared")
    for clients in CLIENTS:
        yield labelled("five", variant(targets, "prepared", clients, SCRIPTS / "transaction.sql"))
    yield labelled("A B A B", variant(targets, "prepared", 8, SCRIPTS / "alternating.sql"))


def labelled(statements: str, variant: Variant) -> Variant:
    return dataclasses.replace(variant, parameters={"statements": statements, **variant.parameters})


def join(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """Nine tables joined, few rows: planning is most of it, and a kept plan is worth most."""
    setup = (SCRIPTS / "join_tables.sql").read_text()
    servers.postgres.psql(setup)
    for mode in ("extended", "prepared"):
        yield variant(peers(servers, mode), mode, 8, SCRIPTS / "join.sql")


def connect(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """A connection for each transaction (pgbench -C), by trust, without TLS."""
    for clients in (1, 8):
        yield variant(servers.peers(), "simple", clients, SCRIPTS / "one.sql", ["-C"])


def workers(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """One worker and two, and which part of pgsidecar's processor time its busiest thread has used."""
    with servers.running(servers.new_sidecar(servers.transactions.port, workers="2")) as two:
        targets = [servers.ours(), servers.behind("pgsidecar, 2 workers", "pgsidecar", two)]
        yield Variant(
            {"mode": "prepared", "clients": 32},
            [with_busiest(contestant(target, "prepared", 32, SCRIPTS / "one.sql")) for target in targets],
        )


def with_busiest(contestant: Contestant) -> Contestant:
    pid = contestant.target.processes["pgsidecar"].pid

    def play(effort: Effort) -> Outcome:
        before = proc.threads(pid)
        outcome = contestant.run(effort)
        used = [cpu - before.get(thread, 0.0) for thread, cpu in proc.threads(pid).items()]
        outcome.values["busiest"] = max(used) / sum(used) * 100
        return outcome

    return Contestant(contestant.target, play)
