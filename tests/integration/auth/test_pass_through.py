"""Passwords pass through, by whatever method the server asks for them, with the drivers' own code on the client's side."""
from __future__ import annotations

import psycopg
import pytest

from tests.integration.auth.conftest import PASSWORD
from tests.integration.auth.drivers import DRIVERS, run, served_as
from tests.integration.relay.raw_client import RawClient, message, startup_packet
from tests.integration.support.stack import PgBouncer

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", params=["md5", "scram-sha-256"])
def guarded_pgbouncer(request, guarded_postgres):
    """Asks clients itself; logs in to the server as a role that is trusted."""
    user = {"md5": "md5", "scram-sha-256": "scram"}[request.param]
    pooler = PgBouncer(guarded_postgres, settings={"auth_type": request.param})
    pooler.start()
    yield pooler, user
    pooler.remove()


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("user", ["trusted", "clear", "md5", "scram"])
def test_every_method_of_postgresql(start_proxy, guarded_postgres, driver, user):
    done = run(driver, start_proxy(f"127.0.0.1:{guarded_postgres.port}").port, user, PASSWORD)
    assert done.stdout == served_as(user), done.stderr


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("user", ["clear", "md5", "scram"])
def test_wrong_password_is_refused_by_the_server(start_proxy, guarded_postgres, driver, user):
    done = run(driver, start_proxy(f"127.0.0.1:{guarded_postgres.port}").port, user, "wrong")
    assert done.returncode != 0
    assert f'password authentication failed for user "{user}"' in done.stderr


@pytest.mark.parametrize("driver", DRIVERS)
def test_pgbouncer_asks_for_the_password(start_proxy, guarded_postgres, guarded_pgbouncer, driver):
    pooler, user = guarded_pgbouncer
    guarded_postgres.psql("SELECT 1")
    proxy = start_proxy(f"127.0.0.1:{pooler.port}")
    refused = run(driver, proxy.port, user, "wrong")
    assert refused.returncode != 0 and "authentication failed" in refused.stderr
    done = run(driver, proxy.port, user, PASSWORD)
    assert done.stdout == served_as(user), done.stderr + pooler.log_tail()


def test_password_in_pieces_and_no_secret_in_the_log(start_proxy, guarded_postgres):
    proxy = start_proxy(f"127.0.0.1:{guarded_postgres.port}", log_level="trace")
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "clear", "database": "postgres"}))
        assert client.read_message().body == b"\0\0\0\3"
        for byte in message("p", PASSWORD.encode() + b"\0"):
            client.send(bytes([byte]))
        assert client.read_until("Z").kinds[-1] == "Z"
        assert client.query("SELECT current_user").rows == [[b"clear"]]
    assert PASSWORD not in proxy.logged()


def test_query_in_place_of_a_password(start_proxy, guarded_postgres):
    with RawClient(start_proxy(f"127.0.0.1:{guarded_postgres.port}").port) as client:
        client.send(startup_packet({"user": "clear", "database": "postgres"}))
        client.read_message()
        client.send(message("Q", b"SELECT 1\0"))
        replies = client.read_to_end()
        assert [reply.error for reply in replies] == [
            ("FATAL", "08P01", "expected password response, got message type 81")]


def connect(proxy, **parameters: str) -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=proxy.port, user="scram", password=PASSWORD, dbname="postgres",
                           connect_timeout=30, **parameters)


@pytest.mark.parametrize("driver", DRIVERS)
def test_scram_where_tls_ends_here_towards_the_server(start_proxy, guarded_postgres, driver):
    """PostgreSQL offers SCRAM-SHA-256-PLUS, of which a client without TLS must not hear."""
    proxy = start_proxy(f"127.0.0.1:{guarded_postgres.port}", upstream_tls_mode="require")
    done = run(driver, proxy.port, "scram", PASSWORD)
    assert done.stdout == served_as("scram"), done.stderr


def test_scram_where_tls_ends_here_towards_the_client(start_proxy, guarded_postgres, tls_keys):
    proxy = start_proxy(f"127.0.0.1:{guarded_postgres.port}", upstream_tls_mode="disable", **tls_keys)
    connect(proxy, sslmode="require").close()


def test_scram_with_tls_on_both_sides(start_proxy, guarded_postgres, tls_keys):
    proxy = start_proxy(f"127.0.0.1:{guarded_postgres.port}", upstream_tls_mode="require", **tls_keys)
    connect(proxy, sslmode="require", channel_binding="disable").close()
    with pytest.raises(psycopg.OperationalError) as caught:
        connect(proxy, sslmode="require")
    assert "SCRAM channel binding cannot pass pgsidecar" in str(caught.value)
    assert "channel_binding=disable" in str(caught.value)
    assert "SCRAM channel binding cannot pass through" in proxy.logged(), "and it was said at the start"
