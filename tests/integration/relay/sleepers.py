"""Servers that execute pg_sleep: one does not notice by itself that its client has gone."""
from __future__ import annotations

from tests.integration.relay.proxy import eventually
from tests.integration.support.stack import Postgres

SLEEPERS = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


def sleepers(postgres: Postgres) -> int:
    return int(postgres.psql(f"SELECT count(*) {SLEEPERS}"))


def end_sleepers(postgres: Postgres) -> None:
    eventually(lambda: postgres.psql(f"SELECT count(pg_terminate_backend(pid)) {SLEEPERS}") == "0", "nobody sleeps")
