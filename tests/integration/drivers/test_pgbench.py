"""pgbench in its three modes, bounded by transactions."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.integration.support.stack import binary

FAMILY = ["pgbench_accounts", "pgbench_branches", "pgbench_history", "pgbench_tellers"]
# pgbench blocks a thread in PQprepare: prepared, with a BEGIN in the script, and with more clients than servers
# and threads, it hangs on any transaction pooler.
RUNS = {
    "simple": (32, ["-M", "simple", "-c", "32", "-j", "2", "-t", "25"]),
    "extended": (32, ["-M", "extended", "-c", "32", "-j", "2", "-t", "25"]),
    "prepared, select only": (32, ["-M", "prepared", "-S", "-c", "32", "-j", "2", "-t", "100"]),
    "prepared": (8, ["-M", "prepared", "-c", "8", "-j", "8", "-t", "50"]),
}


@pytest.fixture(scope="module")
def tables(stack):
    pgbench(stack, "postgres", ["-i", "-q", "-s", "2"])
    yield
    stack.postgres.psql(f"drop table {', '.join(FAMILY)}")


@pytest.fixture(autouse=True)
def fresh(fresh_names, tables):
    pass


def pgbench(stack, via: str, arguments: list[str]) -> subprocess.CompletedProcess:
    command = [
        binary("pgbench"),
        "-h",
        "127.0.0.1",
        "-p",
        str(stack.port(via)),
        "-U",
        "postgres",
        *arguments,
        "postgres",
    ]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@pytest.mark.timeout(90)
@pytest.mark.parametrize("mode", RUNS)
def test_no_transaction_fails(stack, mode):
    clients, arguments = RUNS[mode]
    wanted = clients * int(arguments[-1])
    before = int(stack.postgres.psql("select count(*) from pgbench_history"))
    done = pgbench(stack, "sidecar", ["-n", *arguments])
    assert done.returncode == 0, done.stderr
    assert f"number of transactions actually processed: {wanted}/{wanted}\n" in done.stdout
    assert re.search(r"number of failed transactions: 0 ", done.stdout)
    written = int(stack.postgres.psql("select count(*) from pgbench_history")) - before
    assert written == (0 if "-S" in arguments else wanted)


@pytest.mark.timeout(90)
@pytest.mark.parametrize("mode", [mode for mode in RUNS if mode.startswith("prepared")])
def test_prepared_is_broken_without(stack, mode):
    done = pgbench(stack, "pgbouncer", ["-n", *RUNS[mode][1]])
    assert "prepared statement" in done.stderr, done.stdout + done.stderr
