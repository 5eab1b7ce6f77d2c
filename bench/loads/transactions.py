"""pgbench with longer transactions, and with none that keeps its connection."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import tempfile
from pathlib import Path
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
    """One worker and two: how many processors they use, and which part of that their busiest thread. SELECT 1, where
    clients and servers need as much as pgsidecar; and a TLS connection with an RSA key of 4096 bits for each
    transaction, where pgsidecar is what there is to do."""
    with tempfile.TemporaryDirectory(prefix="pgsidecar-bench-") as folder, contextlib.ExitStack() as stack:
        tls, one = own_certificate(Path(folder)), SCRIPTS / "one.sql"
        targets = []
        for count in (1, 2):
            sidecar = servers.new_sidecar(servers.transactions.port, workers=str(count), **tls)
            stack.enter_context(servers.running(sidecar))
            targets.append(servers.behind(f"pgsidecar, workers: {count}", "pgsidecar", sidecar))
        yield Variant(
            {"work": "SELECT 1", "clients": 32},
            [
                with_busiest(contestant(target, "prepared", 32, one, sslmode="disable"))
                for target in targets
            ],
        )
        yield Variant(
            {"work": "TLS connections", "clients": 16},
            [
                with_busiest(contestant(target, "simple", 16, one, ["-C"], "require"))
                for target in targets
            ],
            count_calls=False,
        )


def own_certificate(folder: Path) -> dict[str, str]:
    """Keys of pgsidecar's configuration that offer TLS with it."""
    certificate, key = folder / "server.crt", folder / "server.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:4096", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run(
        [*command, "-out", certificate, "-keyout", key], check=True, timeout=120, capture_output=True
    )
    return {
        "client_tls_mode": "allow",
        "client_tls_certificate": str(certificate),
        "client_tls_key": str(key),
    }


def with_busiest(contestant: Contestant) -> Contestant:
    pid = contestant.target.processes["pgsidecar"].pid

    def play(effort: Effort) -> Outcome:
        before = proc.threads(pid)
        outcome = contestant.run(effort)
        used = [cpu - before.get(thread, 0.0) for thread, cpu in proc.threads(pid).items()]
        outcome.values["busiest"] = max(used) / sum(used) * 100
        return outcome

    return Contestant(contestant.target, play)
