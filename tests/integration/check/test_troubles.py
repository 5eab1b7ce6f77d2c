"""Poolers and servers that are not right: what is said, the exit status, and that nothing is left behind."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

import pytest

from tests.integration.check.command import check, command, environment, run, scratch_schemas
from tests.integration.support.daemon import free_port
from tests.integration.support.simple_client import SimpleClient
from tests.integration.support.stack import Postgres, make_dsn

pytestmark = pytest.mark.timeout(180)

PASSWORD = "hunter2-and-more"


@pytest.fixture(scope="module")
def guarded():
    """A server that asks for passwords."""
    server = Postgres(hba="local all all trust\nhost all guarded all scram-sha-256\nhost all all all trust\n")
    server.start()
    server.psql(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'; GRANT CREATE ON DATABASE postgres TO guarded")
    yield server
    server.remove()


def test_closed_port(stack):
    verdict = check(f"postgresql://me@127.0.0.1:{free_port()}/db")
    assert verdict.exit_status == 2
    assert verdict.said["verdict"] == "No connection."
    assert "Connection refused" in verdict["connection"].detail
    assert verdict["connection"].hint.startswith("Nothing listens there")


def test_password_is_used_and_not_shown(guarded):
    for how in ({"arguments": [f"postgresql://guarded:{PASSWORD}@127.0.0.1:{guarded.port}/postgres"]},
                {"arguments": [make_dsn(guarded.port, user="guarded")], "variables": {"PGPASSWORD": PASSWORD}}):
        verdict = check(*how["arguments"], variables=how.get("variables", {}))
        assert (verdict.exit_status, verdict.failed) == (0, [])
        assert verdict["authentication"].detail.startswith("SCRAM-SHA-256")
        assert PASSWORD not in str(verdict.said)
    assert scratch_schemas(guarded) == ""


def test_url_of_the_environment(guarded):
    url = f"postgresql://guarded:{PASSWORD}@127.0.0.1:{guarded.port}/postgres"
    done = run("--no-write", variables={"PGSIDECAR_UPSTREAM_URL": url})
    assert done.returncode == 0 and PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize("password", ["", ":wrong-secret"])
def test_wrong_password(guarded, password):
    done = run(f"postgresql://guarded{password}@127.0.0.1:{guarded.port}/postgres")
    assert done.returncode == 2
    assert "password" in done.stdout and "→ " in done.stdout
    assert "wrong-secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("arguments, complaint", [
    ([], "needs a URL"),
    (["--bogus", "host=h"], "unknown option"),
    (["127.0.0.1:6543"], "the URL: "),
    ([f"postgresql://u:{PASSWORD}@h/d?ssl_mode=require"], "unknown parameter 'ssl_mode'"),
    ([f"postgresql://u:{PASSWORD}%zz@h/d"], "invalid percent-encoded token"),
    ([f"postgresql://u:1/{PASSWORD}@h/d"], "%2F"),
    ([f"password={PASSWORD} dbname=d"], "names no host"),
])
def test_wrong_usage(stack, arguments, complaint):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert complaint in done.stderr and PASSWORD not in done.stderr


def test_user_without_create(stack, role):
    verdict = check(make_dsn(stack.pgbouncer.port, user=role))
    assert (verdict.exit_status, verdict.failed) == (0, [])
    assert verdict["rights"].status == "warn" and "GRANT CREATE" in verdict["rights"].hint
    assert [verdict[name].status for name in ("migration", "CRUD", "changed columns")] == 3 * ["skipped"]
    assert verdict["prepared statements"].status == "ok"


def test_read_only_database(stack, role):
    stack.postgres.psql(f"ALTER ROLE {role} SET default_transaction_read_only = on")
    verdict = check(make_dsn(stack.postgres.port, user=role))
    assert verdict.exit_status == 0 and verdict["rights"].detail.startswith("read-only")


def test_no_write(stack):
    verdict = check("--no-write", stack.dsn("pgbouncer"))
    assert verdict.exit_status == 0
    assert verdict["CRUD"] == ("skipped", "writes", "")
    assert "clean-up" not in verdict.of("trials")


def test_server_that_does_not_answer(stack):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        verdict = check("--timeout", "0.3", f"postgresql://me@127.0.0.1:{deaf.getsockname()[1]}/db")
    assert verdict.exit_status == 2
    assert verdict["connection"].detail.endswith("within 0.300 s")


def test_busy_pool(start_pooler):
    """Somebody keeps the only server."""
    pooler = start_pooler(default_pool_size=1, min_pool_size=0)
    with SimpleClient(pooler.port) as client:
        client.query("BEGIN")
        verdict = check("--timeout", "0.5", make_dsn(pooler.port))
    assert verdict.exit_status == 2
    assert "SHOW POOLS" in verdict["connection"].hint


def test_a_failing_trial_fails_the_check_and_is_cleaned_up(stack):
    """A trigger of the database's own refuses indexes."""
    stack.postgres.psql("""
        CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no index here' USING ERRCODE = '42501'; END $$;
        CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION refuse()""")
    try:
        verdict = check(stack.dsn("pgbouncer"))
    finally:
        stack.postgres.psql("DROP EVENT TRIGGER refuse; DROP FUNCTION refuse")
    assert (verdict.exit_status, verdict.failed) == (1, ["migration"])
    assert verdict["migration"].detail == "no index here (42501)"
    assert verdict["clean-up"].status == "ok"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_schema_removed(stack, number):
    """Held up in the middle of its migration."""
    stack.postgres.psql("""
        CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); END $$;
        CREATE EVENT TRIGGER wait ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION wait()""")
    process = subprocess.Popen(command("--timeout", "600", stack.dsn("pgbouncer")), env=environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while stack.postgres.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "0":
            assert process.poll() is None
            time.sleep(0.05)
        assert scratch_schemas(stack.postgres) != ""
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        stack.postgres.psql("DROP EVENT TRIGGER wait; DROP FUNCTION wait")
    assert (process.returncode, err) == (128 + number, "")
    assert "interrupted" in out and "clean-up" in out
    assert scratch_schemas(stack.postgres) == ""


def test_nobody_reads_to_the_end(stack):
    """`pgsidecar check … | head -1`; the schema is gone all the same."""
    process = subprocess.Popen(command(stack.dsn("pgbouncer")), env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().startswith("pgsidecar check of ")
    process.stdout.close()
    assert process.wait(60) == 0
