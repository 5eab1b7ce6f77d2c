"""What `pgsidecar check` finds at poolers, servers and sidecars that are right."""
from __future__ import annotations

import pytest

from tests.integration.check.command import check
from tests.integration.support.simple_client import SimpleClient
from tests.integration.support.stack import PgBouncer, make_dsn

pytestmark = pytest.mark.timeout(180)

TRIALS = ["connection", "prepared statements", "pipelines", "errors and recovery", "migration", "CRUD",
          "changed columns", "no statement lost", "clean-up"]


def all_right(verdict) -> bool:
    return (verdict.exit_status, verdict.said["ok"], verdict.failed) == (0, True, [])


def changes(verdict) -> int:
    return int(verdict["prepared statements"].detail.split()[-2])


def test_rotating_pooler(stack):
    verdict = check(stack.dsn("pgbouncer"))
    assert all_right(verdict)
    assert verdict.of("trials") == {name: "ok" for name in TRIALS}
    assert verdict.said["target"] == f"postgres@127.0.0.1:{stack.pgbouncer.port}/postgres"
    version = stack.postgres.psql("SHOW server_version").split()[0]
    assert f"PostgreSQL {version} at " in verdict.said["checks"][0]["detail"]
    assert verdict["pooler"].detail == f"PgBouncer {PgBouncer.version()}: its admin console says so"
    assert verdict["pool mode"].detail == "transaction: two connections met 3 servers in 16 transactions and shared 3"
    assert "changed 14 times" in verdict["rotation"].detail
    assert verdict["bare statements"].detail.startswith("fail without pgsidecar")
    assert changes(verdict) > 0


def test_start_up_parameters_that_the_pooler_refuses(stack):
    refused = check("--no-write", stack.dsn("pgbouncer"))["start-up parameters"].detail
    assert {"search_path", "statement_timeout", "extra_float_digits", "jit", "options"} <= set(
        refused.removeprefix("refused: ").split(", "))
    assert "application_name" not in refused and "TimeZone" not in refused
    assert check("--no-write", stack.dsn("postgres"))["start-up parameters"].detail == "none refused"


def test_pooler_that_gives_the_last_server_again(start_pooler):
    """pgBouncer's default, with which tests see nothing and production does."""
    pooler = start_pooler(server_round_robin=0, min_pool_size=0)
    verdict = check(make_dsn(pooler.port))
    assert all_right(verdict)
    assert verdict["pool mode"].detail.startswith("transaction: two connections met 1 server ")
    assert verdict["rotation"].detail.startswith("none while it is quiet")
    assert changes(verdict) > 0, "open transactions side by side move the servers"


def test_pool_of_one_server(start_pooler):
    pooler = start_pooler(default_pool_size=1, min_pool_size=0)
    verdict = check(make_dsn(pooler.port))
    assert (verdict.exit_status, verdict.failed) == (0, [])
    assert verdict["pool size"].status == "warn"
    assert verdict["prepared statements"].status == "warn", "which shows nothing about lost statements"


def test_session_mode(start_pooler):
    pooler = start_pooler(pool_mode="session", default_pool_size=20)
    verdict = check(make_dsn(pooler.port))
    assert all_right(verdict)
    assert verdict["pool mode"].detail.startswith("session: ")
    assert verdict["bare statements"].detail.startswith("work: sessions keep")


def test_statement_mode(start_pooler):
    pooler = start_pooler(pool_mode="statement")
    verdict = check(make_dsn(pooler.port), "--no-write")
    assert verdict.exit_status == 1
    assert verdict["pool mode"] == ("fail", "statement: transactions are refused", "Set pool_mode = transaction.")


def test_server_without_a_pooler(stack):
    verdict = check(stack.dsn("postgres"))
    assert all_right(verdict)
    assert verdict["pooler"].detail.startswith("none seen")
    assert "pool mode" not in verdict.of("address")


def test_unix_socket(stack):
    verdict = check(f"host={stack.postgres.directory} port={stack.postgres.port} user=postgres dbname=postgres")
    assert all_right(verdict)
    assert f"unix:{stack.postgres.directory}/.s.PGSQL.{stack.postgres.port}" in verdict.said["target"]


def test_second_host_is_tried(stack):
    verdict = check(f"host=127.0.0.1,127.0.0.1 port=1,{stack.pgbouncer.port} user=postgres dbname=postgres", "--no-write")
    assert all_right(verdict)


def test_running_sidecar_is_known_and_used_as_it_is(stack):
    verdict = check(stack.dsn("sidecar"))
    assert all_right(verdict)
    assert verdict["sidecar"].detail.startswith("this is a pgsidecar")
    assert verdict["pooler"].detail.startswith("PgBouncer ")
    assert verdict["bare statements"].detail == "work: this pgsidecar sees to it"
    assert verdict.of("trials") == {name: "ok" for name in TRIALS}
    assert changes(verdict) > 0


def test_pooler_alone_fails(stack, fresh_names):
    """The trials notice what pgsidecar is for."""
    verdict = check("--as-is", stack.dsn("pgbouncer"))
    assert verdict.exit_status == 1
    assert "prepared statements" in verdict.failed and "no statement lost" in verdict.failed
    assert "not behind pgsidecar" in verdict["prepared statements"].hint


def test_nothing_stays_prepared_on_the_servers(stack, fresh_names):
    check(stack.dsn("pgbouncer"))
    with SimpleClient(stack.pgbouncer.port) as client:
        for _ in range(stack.pgbouncer.pool_size):
            assert client.query("SELECT name FROM pg_prepared_statements") == []
