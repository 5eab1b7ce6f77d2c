"""What happens to the program as a whole, as the admin interface tells it: TLS, cancel requests, drain, reload, limits."""
from __future__ import annotations

import contextlib
import http.client
import socket
import threading

import psycopg
import pytest

from tests.integration.admin.client import Growth, ask, scrape
from tests.integration.admin.conftest import AdminStack
from tests.integration.relay.proxy import eventually
from tests.integration.tls.authority import Authority


def test_cancel_requests(admin):
    grown = Growth(admin.admin_port)
    with admin.connect() as client:
        timer = threading.Timer(0.3, client.cancel_safe)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            client.execute("SELECT pg_sleep(60)")
        timer.join()
    assert grown("cancel_requests_total", result="carried") == 1
    assert grown("logins_total", result="ok") == 1


def test_a_wrong_password_is_a_login_that_failed(admin):
    grown = Growth(admin.admin_port)
    with pytest.raises(psycopg.OperationalError):
        admin.connect(user="nobody_of_that_name")
    eventually(lambda: grown("logins_total", result="failed") == 1, "the upstream has refused it")


def test_limits():
    with AdminStack(max_connections="1", max_statements="2") as stack:
        with stack.connect() as only:
            with pytest.raises(psycopg.OperationalError):
                stack.connect()
            for n in range(3):
                result = only.pgconn.prepare(b"s%d" % n, b"SELECT 1")
            assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"53400"
            now = scrape(stack.admin_port)
            assert now("limits_hit_total", limit="max_connections") == now("logins_total", result="refused") == 1
            assert now("limits_hit_total", limit="max_statements") == 1
            assert now("provoked_failures_total", sqlstate="53400") == 1


def test_tls(tmp_path):
    own = Authority(tmp_path).issue("127.0.0.1")
    with AdminStack(client_tls_mode="allow", client_tls_certificate=own.certificate, client_tls_key=own.key) as stack:
        with stack.connect(sslmode="require", application_name="encrypted"), stack.connect(sslmode="disable"):
            sessions = ask(stack.admin_port, "/sessions").json["sessions"]
            assert sorted(str(session["tls"]) for session in sessions) == ["None", "TLSv1.3"]
            now = scrape(stack.admin_port)
            assert now("tls_handshakes_total", peer="client", result="ok") == 1
            assert now("tls_certificate_expiry_timestamp_seconds", peer="client") > now.of("process_start_time_seconds")


def test_reload(tmp_path):
    configuration = tmp_path / "pgsidecar.yaml"
    configuration.write_text("max_connections: 7\n")
    with AdminStack("--config", str(configuration)) as stack:
        grown = Growth(stack.admin_port)
        configuration.write_text("max_connections: 8\n")
        assert ask(stack.admin_port, "/reload", "POST").status == 200
        assert scrape(stack.admin_port)("max_connections") == 8
        assert ask(stack.admin_port, "/config").json["max_connections"]["value"] == "8"
        configuration.write_text("max_connections: many\n")
        refused = ask(stack.admin_port, "/reload", "POST")
        assert refused.status == 422 and "max_connections" in refused.json["reason"]
        assert scrape(stack.admin_port)("max_connections") == 8
        assert grown("reloads_total", result="ok") >= 1  # it may have looked at the file by itself
        assert grown("reloads_total", result="failed") >= 1


def test_drain_lets_a_transaction_end():
    with AdminStack(drain_timeout="60s") as stack:
        port = stack.admin_port
        client = stack.connect()
        client.execute("BEGIN")
        assert ask(port, "/drain", "POST").status == 202
        eventually(lambda: ask(port, "/readyz").status == 503, "not ready")
        assert ask(port, "/readyz").json["reason"] == "draining"
        assert scrape(port)("draining") == 1
        client.execute("CREATE TABLE made_while_draining ()")
        with contextlib.suppress(psycopg.errors.AdminShutdown):  # it may be read together with the answer
            client.execute("COMMIT")
        client.close()
        process = stack.sidecar._process
        eventually(lambda: process.poll() is not None, "the end")
        assert process.returncode == 0
        assert stack.postgres.psql("SELECT count(*) FROM pg_class WHERE relname = 'made_while_draining'") == "1"


def test_silent_clients_of_one_address_shut_out_nobody(other_admin):
    """The oldest of them makes room for each that comes; the other address is not concerned."""
    with contextlib.ExitStack() as crowd:
        silent = [crowd.enter_context(socket.create_connection(("127.0.0.1", other_admin.metrics_port), 30))
                  for _ in range(200)]
        for port in (other_admin.metrics_port, other_admin.admin_port):
            for _ in range(3):
                assert ask(port, "/healthz").status == 200
        assert silent[0].recv(1) == b""


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_request_that_does_not_come_to_its_end(admin, said):
    with socket.create_connection(("127.0.0.1", admin.metrics_port), 30) as client:
        client.sendall(said)
        assert client.recv(1) == b"", "closed before the test gives up"


def test_connection_is_kept_for_further_requests(admin):
    connection = http.client.HTTPConnection("127.0.0.1", admin.metrics_port, timeout=30)
    with contextlib.closing(connection):
        sockets = set()
        for _ in range(3):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
            sockets.add(connection.sock)
        assert len(sockets) == 1
