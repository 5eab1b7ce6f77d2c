"""pgbench with one statement in a transaction: what every hop costs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Iterator, Sequence

from bench.loads import pgbench
from bench.measure.cell import Contestant, Effort, Outcome, Variant
from bench.servers.servers import Servers
from bench.servers.targets import Target

SCRIPTS = Path(__file__).parent / "scripts"
MODES = ("simple", "extended", "prepared")
CLIENTS = (1, 8, 32)


def select(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """pgbench -S: one row by its key."""
    yield from every_mode(servers, "select-only")


def one(servers: Servers, effort: Effort) -> Iterator[Variant]:
    """SELECT 1: the server does next to nothing. Its system calls are those of select."""
    for each in every_mode(servers, SCRIPTS / "one.sql"):
        yield dataclasses.replace(each, count_calls=False)


def every_mode(servers: Servers, script: Path | str) -> Iterator[Variant]:
    for mode in MODES:
        for clients in CLIENTS:
            yield variant(peers(servers, mode), mode, clients, script)


def peers(servers: Servers, mode: str) -> list[Target]:
    return servers.peers_with_names() if mode == "prepared" else servers.peers()


def variant(
    targets: list[Target], mode: str, clients: int, script: Path | str, options: Sequence[str] = ()
) -> Variant:
    return Variant(
        {"mode": mode, "clients": clients},
        [contestant(target, mode, clients, script, options) for target in targets],
    )


def contestant(
    target: Target,
    mode: str,
    clients: int,
    script: Path | str,
    options: Sequence[str] = (),
    sslmode: str = "prefer",
) -> Contestant:
    def play(effort: Effort) -> Outcome:
        return pgbench.run(target.port, effort, mode, clients, script, options, sslmode)

    return Contestant(target, play)
