"""Which built-in functions and operators a plain statement may call, by a server's own catalog."""
from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

from tests.integration.support.stack import ROOT, Postgres

FOLDER = ROOT / "src/proxy/sql"

# They are volatile because their result changes; nothing else does.
HARMLESS = {
    "clock_timestamp", "timeofday", "timezone",
    "random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "array_sample", "array_shuffle",
    "currval", "lastval", "pg_sequence_last_value", "pg_get_sequence_data",
    "pg_database_size", "pg_indexes_size", "pg_relation_size", "pg_table_size", "pg_tablespace_size",
    "pg_total_relation_size",
    "pg_blocking_pids", "pg_is_in_recovery", "pg_partition_ancestors", "pg_partition_tree",
    "pg_current_wal_lsn", "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_last_xact_replay_timestamp",
    "pg_xact_commit_timestamp",
}

# An overload that is not callable from SQL counts as none.
FUNCTIONS = """
    select proname, bool_or(provolatile = 'v') from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and prokind <> 'p' and oid < 16384
    and prorettype <> all ('{internal,cstring,trigger,event_trigger}'::regtype[])
    and not proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[]
    group by proname"""

OPERATORS = """
    select oprname, bool_or(provolatile = 'v') from pg_operator join pg_proc on pg_proc.oid = oprcode
    where oprnamespace = 'pg_catalog'::regnamespace and pg_operator.oid < 16384
    group by oprname"""

# The grammar's own names of what is made of comparisons (A_Expr).
BETWEEN = {f"{negated}BETWEEN{symmetric}" for negated in ("", "NOT ") for symmetric in ("", " SYMMETRIC")}


@dataclass
class Names:
    plain: set[str]
    others: set[str]  # those that may have an effect

    def __or__(self, other: Names) -> Names:
        others = self.others | other.others
        return Names((self.plain | other.plain) - others, others)


@dataclass
class Catalog:
    functions: Names
    operators: Names

    def __or__(self, other: Catalog) -> Catalog:
        return Catalog(self.functions | other.functions, self.operators | other.operators)


def read(server: Postgres) -> Catalog:
    operators = volatility(server, OPERATORS) | dict.fromkeys(BETWEEN, False)
    return Catalog(names(volatility(server, FUNCTIONS)), names(operators))


def volatility(server: Postgres, query: str) -> dict[str, bool]:
    rows = (line.rpartition("|") for line in server.psql(query).splitlines())
    return {name: volatile == "t" for name, _, volatile in rows}


def names(volatile: dict[str, bool]) -> Names:
    others = {name for name, is_volatile in volatile.items() if is_volatile} - HARMLESS
    return Names(volatile.keys() - others, others)


def path(kind: str) -> Path:
    return FOLDER / f"plain_{kind}.inc"


def written(kind: str) -> set[str]:
    """What the program knows."""
    return set(path(kind).read_text().replace('"', "").replace("\n", " ").rstrip(", ").split(", "))


def write(catalog: Catalog) -> None:
    for kind in ("functions", "operators"):
        quoted = [f'"{name}",' for name in sorted(getattr(catalog, kind).plain)]
        path(kind).write_text(textwrap.fill(" ".join(quoted), 110, break_on_hyphens=False) + "\n")
