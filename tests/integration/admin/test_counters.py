"""What is counted, against loads whose numbers are known."""
from __future__ import annotations

import psycopg
import pytest

from tests.integration.admin.client import Growth, scrape
from tests.integration.relay.proxy import eventually


@pytest.fixture
def grown(admin) -> Growth:
    """From when everybody who has been there before has been counted as gone."""
    def all_have_left() -> bool:
        now = scrape(admin.admin_port)
        return now.sum("disconnects_total") == now("connections_total")

    eventually(all_have_left, "earlier clients are counted as gone")
    return Growth(admin.admin_port)


def test_transactions_and_queries(admin, grown):
    with admin.connect(prepare_threshold=None) as client:
        for _ in range(5):
            client.execute("SELECT 1")
        for _ in range(7):
            client.execute("SELECT %s", [1])
        with client.transaction():
            client.execute("SELECT 1")
    assert grown("queries_total", protocol="simple") == 5 + 3  # what has no parameters
    assert grown("queries_total", protocol="extended") == 7
    assert grown("transactions_total") == 5 + 7 + 1
    assert grown("logins_total", result="ok") == grown("connections_total") == 1
    eventually(lambda: grown("disconnects_total", reason="client") == 1, "the end of the client is counted")


def test_two_clients_with_the_same_name_for_different_statements(admin, grown):
    """What a pooler alone answers with 42P05, 26000 or somebody else's rows."""
    with admin.connect() as one, admin.connect() as other:
        for _ in range(10):
            assert one.execute("SELECT 'one', %s", ["x"], prepare=True).fetchone() == ("one", "x")
            assert other.execute("SELECT 'other', %s", ["x"], prepare=True).fetchone() == ("other", "x")
    assert grown("errors_avoided_total", kind="duplicate_name") >= 1
    assert grown("errors_avoided_total", kind="wrong_statement") >= 9 + 9
    assert grown("reparses_total") >= 18
    assert grown("rewritten_messages_total", message="parse") == 2
    assert grown("rewritten_messages_total", message="bind") == 20
    for sqlstate in ("26000", "42P05", "08P01", "0A000"):
        assert grown("provoked_failures_total", sqlstate=sqlstate) == 0


def test_one_client_that_meets_other_servers(admin, grown):
    with admin.connect(dbname="template1") as client:  # a pool of its own
        for _ in range(10):
            client.execute("SELECT 'alone', %s", ["x"], prepare=True)
    assert grown("errors_avoided_total", kind="unknown_name") == 10
    assert grown("errors_avoided_total", kind="wrong_statement") == 0
    assert grown("errors_avoided_total", kind="duplicate_name") == 0


def test_errors_that_the_client_is_owed(admin, grown):
    with admin.connect() as client:
        result = client.pgconn.exec_prepared(b"missing", [])
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"26000"
        client.pgconn.prepare(b"twice", b"SELECT 1")
        again = client.pgconn.prepare(b"twice", b"SELECT 2")
        assert again.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"42P05"
    assert grown("provoked_failures_total", sqlstate="26000") == 1
    assert grown("provoked_failures_total", sqlstate="42P05") == 1


def test_a_shape_that_changes(admin, grown):
    with admin.connect() as client, admin.connect() as migration:
        client.execute("CREATE TABLE shaped (a int)")
        try:
            client.execute("SELECT * FROM shaped", prepare=True)
            migration.execute("ALTER TABLE shaped ADD b int")
            with pytest.raises(psycopg.errors.FeatureNotSupported):
                client.execute("SELECT * FROM shaped", prepare=True)
            assert grown("shape_mismatches_total") == 1
            assert grown("provoked_failures_total", sqlstate="0A000") == 0  # nothing had to be undone
            migration.execute("ALTER TABLE shaped ADD c int")
            with pytest.raises(psycopg.errors.FeatureNotSupported), client.transaction():
                client.execute("SELECT * FROM shaped", prepare=True)
        finally:
            client.execute("DROP TABLE shaped")
    assert grown("shape_mismatches_total") == 2
    assert grown("provoked_failures_total", sqlstate="0A000") == 1


def test_bytes(admin, grown):
    with admin.connect() as client:
        client.execute("SELECT 1")  # what log-in costs is behind it
        before = Growth(admin.admin_port)
        client.pgconn.exec_(b"SELECT repeat('x', 1000000)")
        size = before("bytes_total", peer="client", direction="out")
        assert 1_000_000 < size < 1_000_200
        assert size == before("bytes_total", peer="upstream", direction="in")
        asked = before("bytes_total", peer="client", direction="in")
        assert asked == before("bytes_total", peer="upstream", direction="out") == len("Q....SELECT repeat('x', 1000000).")


def test_times(admin, grown):
    with admin.connect() as client:
        with client.transaction():
            client.execute("SELECT pg_sleep(0.1)")
    for name in ("transaction", "server_held"):
        assert grown(f"{name}_seconds_count") == 1
        assert 0.1 < grown(f"{name}_seconds_sum")
    assert grown("first_byte_seconds_count") == 3  # BEGIN, SELECT, COMMIT
    assert grown("idle_in_transaction_seconds_count") == 2
    assert grown("upstream_connect_seconds_count") == grown("upstream_connects_total", result="ok") == 1


def test_prepared_statements_and_their_texts(admin):
    with admin.connect() as client:
        before = scrape(admin.admin_port)
        text = "SELECT 'a text of its own', $1::int"
        client.pgconn.prepare(b"own", text.encode())
        after = scrape(admin.admin_port)
        assert after("prepared_statements") - before("prepared_statements") == 1
        assert after("statement_text_bytes") - before("statement_text_bytes") == len(text)


def test_counters_never_go_backwards_when_clients_leave(two_workers):
    """What a client has done stays counted, whichever worker it was on."""
    grown = Growth(two_workers.admin_port)
    for n in range(1, 5):
        with two_workers.connect() as client:
            client.execute("SELECT 1")
            assert grown("transactions_total") == n
        eventually(lambda: scrape(two_workers.admin_port).sum("sessions") == 0, "the client's end")
        assert grown("transactions_total") == n
