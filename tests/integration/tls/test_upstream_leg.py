"""TLS between pgsidecar and the upstream: libpq's modes, verification, names, client certificates, cancel."""
from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import psycopg
import pytest

from tests.integration.relay.proxy import eventually
from tests.integration.relay.raw_client import SSL_REQUEST
from tests.integration.support.stack import PgBouncer, Postgres
from tests.integration.tls.conftest import owned_by_servers
from tests.integration.tls.test_client_leg import connect, refusal

pytestmark = pytest.mark.timeout(180)

IN_TLS = "SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)"


@pytest.fixture(scope="module")
def tls_postgres(tmp_path_factory, server, authority):
    """hba: everybody by either way, but user "only_tls" by TLS alone, "only_plain" without, "by_cert" by certificate."""
    folder = tmp_path_factory.mktemp("tls-postgres")
    folder.chmod(0o755)
    for above in folder.parents:
        if str(above).startswith("/tmp/"):
            above.chmod(0o755)
    files = owned_by_servers(server, folder)
    root = folder / "root.pem"
    root.write_bytes(Path(authority.path).read_bytes())
    root.chmod(0o644)
    hba = """hostssl all only_tls 127.0.0.1/32 trust
hostnossl all only_plain 127.0.0.1/32 trust
hostssl all by_cert 127.0.0.1/32 cert
host all only_tls,only_plain,by_cert all reject
host all all 127.0.0.1/32 trust
"""
    running = Postgres(hba=hba, settings={"ssl": "on", "ssl_cert_file": files.certificate, "ssl_key_file": files.key,
                                          "ssl_ca_file": str(root)})
    running.start()
    for user in ("only_tls", "only_plain", "by_cert"):
        running.psql(f"CREATE ROLE {user} LOGIN")
    yield running
    running.remove()


def encrypted(proxy, user: str = "postgres") -> bool:
    with connect_as(proxy, user) as connection:
        return connection.execute(IN_TLS).fetchone()[0]


def connect_as(proxy, user: str) -> psycopg.Connection:
    return psycopg.connect(host="127.0.0.1", port=proxy.port, user=user, dbname="postgres", autocommit=True,
                           connect_timeout=30, sslmode="disable")


def failure(proxy, user: str = "postgres") -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        connect_as(proxy, user)
    return str(caught.value)


@pytest.mark.parametrize("mode, expected", [("disable", False), ("allow", False), ("prefer", True), ("require", True)])
def test_modes(start_proxy, tls_postgres, mode, expected):
    assert encrypted(start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_mode=mode)) is expected


@pytest.mark.parametrize("mode, user, expected", [("allow", "only_tls", True), ("prefer", "only_plain", False),
                                                  ("prefer", "only_tls", True), ("allow", "only_plain", False)])
def test_the_other_way_where_the_first_is_refused(start_proxy, tls_postgres, mode, user, expected):
    assert encrypted(start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_mode=mode), user) is expected


@pytest.mark.parametrize("mode, user", [("disable", "only_tls"), ("require", "only_plain")])
def test_no_other_way(start_proxy, tls_postgres, mode, user):
    proxy = start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_mode=mode)
    assert "pg_hba.conf" in failure(proxy, user)


@pytest.mark.parametrize("mode, works", [("disable", True), ("allow", True), ("prefer", True), ("require", False)])
def test_an_upstream_without_tls(start_proxy, pgbouncer, mode, works):
    proxy = start_proxy(upstream_tls_mode=mode)
    if works:
        assert connect_as(proxy, "postgres").execute("SELECT 1").fetchone() == (1,)
    else:
        assert "TLS is required, and the upstream has none" in failure(proxy)


def test_verification(start_proxy, tls_postgres, authority, other_authority):
    address = f"localhost:{tls_postgres.port}"
    full = {"upstream_tls_mode": "verify-full"}
    assert encrypted(start_proxy(address, upstream_tls_root_certificate=authority.path, **full))
    wrong = start_proxy(address, upstream_tls_root_certificate=other_authority.path, **full)
    assert "TLS: certificate verify failed: " in failure(wrong)
    named = start_proxy(address, upstream_tls_root_certificate=authority.path, upstream_tls_server_name="db.example",
                        **full)
    assert "certificate verify failed: hostname mismatch" in failure(named)
    by_number = start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_root_certificate=authority.path, **full)
    assert encrypted(by_number), "the certificate names the address too"
    any_name = start_proxy(address, upstream_tls_root_certificate=authority.path, upstream_tls_mode="verify-ca",
                           upstream_tls_server_name="db.example")
    assert encrypted(any_name)


def test_an_authority_is_asked_whatever_the_mode(start_proxy, tls_postgres, other_authority):
    proxy = start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_mode="require",
                        upstream_tls_root_certificate=other_authority.path)
    assert "certificate verify failed" in failure(proxy)


def test_our_own_certificate(start_proxy, tls_postgres, authority):
    own = authority.issue("sidecar", common_name="by_cert", file="sidecar")
    proxy = start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_mode="require",
                        upstream_tls_certificate=own.certificate, upstream_tls_key=own.key)
    assert encrypted(proxy, "by_cert")
    assert "certificate" in failure(start_proxy(f"127.0.0.1:{tls_postgres.port}", upstream_tls_mode="require"), "by_cert")


def test_direct_negotiation(start_proxy, start_tls_proxy, pgbouncer, authority):
    """With a pgsidecar as an upstream that knows it; PostgreSQL does from 17 on."""
    inner = start_tls_proxy(mode="require")
    outer = start_proxy(f"localhost:{inner.port}", upstream_tls_mode="verify-full", upstream_tls_negotiation="direct",
                        upstream_tls_root_certificate=authority.path)
    assert connect_as(outer, "postgres").execute("SELECT 1").fetchone() == (1,)


def test_a_pooler_that_requires_tls(start_proxy, postgres, server, authority):
    pooler = PgBouncer(postgres, settings={"client_tls_sslmode": "require"})
    files = owned_by_servers(server, pooler.directory)
    pooler._settings |= {"client_tls_cert_file": files.certificate, "client_tls_key_file": files.key}
    try:
        pooler.start()
        proxy = start_proxy(f"localhost:{pooler.port}", upstream_tls_mode="verify-full",
                            upstream_tls_root_certificate=authority.path)
        assert connect_as(proxy, "postgres").execute("SELECT 1").fetchone() == (1,)
        assert "SSL required" in failure(start_proxy(f"localhost:{pooler.port}", upstream_tls_mode="disable"))
    finally:
        pooler.remove()


def test_both_legs(start_tls_proxy, tls_postgres, authority):
    proxy = start_tls_proxy(f"localhost:{tls_postgres.port}", mode="require", upstream_tls_mode="verify-full",
                            upstream_tls_root_certificate=authority.path)
    with connect(proxy, sslmode="verify-full", sslrootcert=authority.path) as connection:
        assert connection.execute(IN_TLS).fetchone() == (True,)
        for number in range(20):
            assert connection.execute("SELECT %s::int", [number], prepare=True).fetchone() == (number,)


class Wire:
    """Stands between pgsidecar and the upstream, and keeps the first bytes of every connection."""

    def __init__(self, upstream: int):
        self.first: list[bytes] = []
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._upstream))
                threading.Thread(target=self._pass, args=(client, server, self.first), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, []), daemon=True).start()

    @staticmethod
    def _pass(source: socket.socket, target: socket.socket, first: list[bytes]) -> None:
        with contextlib.suppress(OSError):
            begin = source.recv(65536)
            first.append(begin)
            target.sendall(begin)
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def test_cancel_goes_the_way_of_its_session(start_tls_proxy, tls_postgres):
    """Encrypted, although PostgreSQL would take it in plain text as well."""
    with Wire(tls_postgres.port) as wire:
        proxy = start_tls_proxy(f"127.0.0.1:{wire.port}", mode="require", upstream_tls_mode="require")
        with connect(proxy, sslmode="require") as connection:
            canceller = threading.Timer(0.5, connection.cancel_safe)
            canceller.start()
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute("SELECT pg_sleep(60)")
            canceller.join()
        assert wire.first == [SSL_REQUEST, SSL_REQUEST]


def test_a_tls_handshake_that_hangs_is_given_up(start_proxy):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = start_proxy(f"127.0.0.1:{silent.getsockname()[1]}", upstream_tls_mode="require",
                            upstream_connect_timeout="300ms", upstream_connect_attempts="1")
        assert "TLS: time-out" in failure(proxy)
    eventually(lambda: "could not connect to upstream" in proxy.logged(), "it is told")
