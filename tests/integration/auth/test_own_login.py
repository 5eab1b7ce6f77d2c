"""pgsidecar logs in upstream with credentials of its own, for clients on this machine that it trusts."""
from __future__ import annotations

import base64
import hashlib
import hmac
import os
import select
import signal
import struct
from contextlib import ExitStack

import psycopg
import pytest

from tests.integration.auth.conftest import PASSWORD, replace, users_file
from tests.integration.auth.drivers import DRIVERS, run, served_as
from tests.integration.relay.proxy import eventually
from tests.integration.relay.proxy_header import tcp_header
from tests.integration.relay.raw_client import SSL_REQUEST, RawClient, message, startup_packet
from tests.integration.relay.upstreams import accept, upstream_server
from tests.integration.support.stack import PgBouncer

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def trusting(start_proxy, guarded_postgres):
    """A proxy that trusts its clients and logs in to PostgreSQL with these keys."""
    def start(**keys: str):
        where = f"127.0.0.1:{guarded_postgres.port}"
        return start_proxy(keys.pop("upstream", where), auth_mode="trust", log_level="trace", **keys)

    return start


def failure(proxy, user: str = "app", **parameters: str) -> psycopg.OperationalError:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(host="127.0.0.1", port=proxy.port, user=user, dbname="postgres", connect_timeout=30, **parameters)
    return caught.value


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("user, tls", [("clear", "require"), ("md5", "disable"), ("md5", "require"),
                                       ("scram", "disable"), ("scram", "require")])
def test_every_method_of_postgresql(trusting, driver, user, tls):
    proxy = trusting(upstream_user=user, upstream_password=PASSWORD, upstream_tls_mode=tls)
    for given in (None, "an old one"):
        done = run(driver, proxy.port, "app", given)
        assert done.stdout == served_as(user), done.stderr
    assert PASSWORD not in proxy.logged()


def test_clear_text_goes_over_no_open_line(trusting):
    proxy = trusting(upstream_user="clear", upstream_password=PASSWORD, upstream_tls_mode="disable")
    assert "asks for the password in clear text, over a connection without TLS" in str(failure(proxy))


@pytest.mark.parametrize("method", ["plain", "md5", "scram-sha-256"])
def test_every_method_of_pgbouncer(trusting, guarded_postgres, method):
    """The pooler, too, knows the password, and logs in as a role that is trusted."""
    pooler = PgBouncer(guarded_postgres, settings={"auth_type": method, "auth_file": "known.txt", "auth_user": ""})
    users_file(pooler.directory / "known.txt", {"trusted": PASSWORD})
    try:
        pooler.start()
        socket = f"unix:{pooler.directory}/.s.PGSQL.{pooler.port}"
        proxy = trusting(upstream=socket, upstream_user="trusted", upstream_password=PASSWORD)
        done = run("asyncpg-0.30", proxy.port, "app", None)
        assert done.stdout == served_as("trusted"), done.stderr + pooler.log_tail()
        wrong = trusting(upstream=socket, upstream_user="trusted", upstream_password="wrong one")
        assert 'could not log in to the upstream server as user "trusted"' in str(failure(wrong))
    finally:
        pooler.remove()


def test_the_clients_own_name_with_a_password_of_the_users_file(trusting, tmp_path):
    proxy = trusting(auth_users_file=users_file(tmp_path / "users.txt", {"scram": PASSWORD, 'q"': 'u"'}))
    assert run("psycopg-3.3", proxy.port, "scram", None).stdout == served_as("scram")
    assert "asks for a password, and pgsidecar has none" in str(failure(proxy, "md5"))


def test_refused_credentials_are_told_as_those_of_pgsidecar(trusting):
    proxy = trusting(upstream_user="scram", upstream_password="a wrong one")
    error = failure(proxy)
    assert ('pgsidecar could not log in to the upstream server as user "scram": '
            'password authentication failed for user "scram"') in str(error)
    assert "not the client's" in str(error)
    eventually(lambda: "could not log in upstream" in proxy.logged(), "the log says so")
    assert "a wrong one" not in proxy.logged() + str(error)
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "app", "database": "postgres"}))
        assert [reply.error[1] for reply in client.read_to_end()] == ["08004"]


def test_other_errors_of_the_server_pass_unchanged(trusting):
    proxy = trusting(upstream_user="scram", upstream_password=PASSWORD)
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "app", "database": "none"}))
        assert client.read_to_end()[-1].error == ("FATAL", "3D000", 'database "none" does not exist')


def test_database_of_our_own(trusting):
    proxy = trusting(upstream_user="trusted", upstream_database="template1")
    with psycopg.connect(host="127.0.0.1", port=proxy.port, user="app", dbname="shop") as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("template1",)


def test_a_proxy_on_the_way_is_noticed(start_proxy, trusting, guarded_postgres, tls_keys):
    """Channel binding: TLS that ends on the way leads to another certificate, or hides the server's offer."""
    middle = start_proxy(f"127.0.0.1:{guarded_postgres.port}", upstream_tls_mode="require", **tls_keys)
    proxy = trusting(upstream=f"127.0.0.1:{middle.port}", upstream_user="scram", upstream_password=PASSWORD,
                     upstream_tls_mode="require")
    assert "SCRAM channel binding cannot pass pgsidecar" in str(failure(proxy))


@pytest.mark.parametrize("source, trusted", [("192.0.2.1", False), ("2001:db8::1", False), ("127.0.0.9", True)])
def test_trust_is_for_clients_of_this_machine(trusting, source, trusted):
    proxy = trusting(upstream_user="trusted", proxy_protocol="v2")
    destination = "2001:db8::2" if ":" in source else "203.0.113.7"
    with RawClient(proxy.port) as client:
        client.send(tcp_header(source, destination), startup_packet({"user": "app", "database": "postgres"}))
        replies = client.read_until("Z")
        if trusted:
            assert replies.kinds[-1] == "Z"
        else:
            assert [reply.error for reply in replies] == [
                ("FATAL", "28000", "only clients on this machine are let in without a password")]


@pytest.mark.parametrize("told_by", ["signal", "file"])
def test_a_new_password_is_used_without_a_restart(trusting, guarded_postgres, tmp_path, told_by):
    """As after a rotation: the role's password changes, then the mounted secret."""
    guarded_postgres.psql("DROP ROLE IF EXISTS rotated; CREATE ROLE rotated LOGIN PASSWORD 'first'")
    secret = tmp_path / "password"
    proxy = trusting(upstream_user="rotated", upstream_password_file=replace(secret, "first\n"))
    with RawClient(proxy.port) as before:
        assert before.start({"user": "app"}).kinds[-1] == "Z"
        guarded_postgres.psql("ALTER ROLE rotated PASSWORD 'second'")
        assert run("psycopg-3.3", proxy.port, "app", None).returncode != 0
        replace(secret, "second\n")
        if told_by == "signal":
            proxy.signal(signal.SIGHUP)
        eventually(lambda: run("psycopg-3.3", proxy.port, "app", None).stdout == served_as("rotated"), "it logs in again")
        assert before.query("SELECT 1").rows == [[b"1"]], "who has been let in stays"
    assert "first" not in proxy.logged() and "second" not in proxy.logged()


SASL_OFFER = message("R", struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0")
MOST_ITERATIONS = 1_000_000


def challenge(initial: bytes, iterations: int) -> bytes:
    """The server's first SCRAM message, as an answer to the client's."""
    nonce = initial[initial.index(b",r=") + 3:]
    salt = base64.b64encode(os.urandom(16))
    return message("R", struct.pack("!i", 11) + b"r=" + nonce + b"more,s=" + salt + b",i=%d" % iterations)


def test_costly_scram_holds_up_nobody_else(start_proxy):
    """While the keys for a million iterations are made, others are answered."""
    with upstream_server() as upstream:
        where = "{}:{}".format(*upstream.getsockname())
        proxy = start_proxy(where, auth_mode="trust", upstream_password=PASSWORD, upstream_tls_mode="disable")
        with RawClient(proxy.port) as client:
            client.send(startup_packet({"user": "app"}))
            with accept(upstream) as server:
                server.recv(1000)
                server.sendall(SASL_OFFER)
                server.sendall(challenge(server.recv(1000), MOST_ITERATIONS))
                answered = 0
                while not select.select([server], [], [], 0)[0]:
                    with RawClient(proxy.port) as other:
                        other.send(SSL_REQUEST)
                        assert other.read(1) == b"N"
                    answered += 1
                assert b",p=" in server.recv(1000)
    assert answered > 3


def test_more_iterations_than_any_server_uses_are_refused(start_proxy):
    with upstream_server() as upstream:
        where = "{}:{}".format(*upstream.getsockname())
        proxy = start_proxy(where, auth_mode="trust", upstream_password=PASSWORD, upstream_tls_mode="disable")
        with RawClient(proxy.port) as client:
            client.send(startup_packet({"user": "app"}))
            with accept(upstream) as server:
                server.recv(1000)
                server.sendall(SASL_OFFER)
                server.sendall(challenge(server.recv(1000), MOST_ITERATIONS + 1))
                severity, sqlstate, text = client.read_to_end()[-1].error
                assert (severity, sqlstate) == ("FATAL", "08004")
                assert "SCRAM iteration count out of range: 1 to 1000000 are accepted" in text


def test_shutdown_does_not_wait_for_costly_scram(start_proxy):
    with upstream_server() as upstream:
        where = "{}:{}".format(*upstream.getsockname())
        proxy = start_proxy(where, auth_mode="trust", upstream_password=PASSWORD, upstream_tls_mode="disable",
                            drain_timeout="0s")
        with ExitStack() as open_ones:
            for _ in range(20):
                client = open_ones.enter_context(RawClient(proxy.port))
                client.send(startup_packet({"user": "app"}))
                server = open_ones.enter_context(accept(upstream))
                server.recv(1000)
                server.sendall(SASL_OFFER)
                server.sendall(challenge(server.recv(1000), MOST_ITERATIONS))
            proxy.signal()
            assert client.read_to_end()[-1].error[1] == "57P01"
            assert proxy.wait() == 0


def test_roles_with_costly_secrets(trusting, guarded_postgres):
    """PostgreSQL's own, with as many iterations as are taken; again and again, and with the keys that are known."""
    guarded_postgres.psql(f"CREATE ROLE costly LOGIN PASSWORD '{scram_secret(PASSWORD, MOST_ITERATIONS)}'")
    with open(guarded_postgres.directory / "data/pg_hba.conf", "a") as hba:
        hba.write("host all costly 127.0.0.1/32 scram-sha-256\n")
    guarded_postgres.psql("SELECT pg_reload_conf()")
    proxy = trusting(upstream_user="costly", upstream_password=PASSWORD)
    for _ in range(3):
        with psycopg.connect(host="127.0.0.1", port=proxy.port, user="app", dbname="postgres") as client:
            assert client.execute("SELECT current_user").fetchone() == ("costly",)


def scram_secret(password: str, iterations: int) -> str:
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    parts = (salt, stored, hmac.digest(salted, b"Server Key", "sha256"))
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *(base64.b64encode(part).decode() for part in parts))
