"""The routes of a running sidecar."""
from __future__ import annotations

import socket

import psycopg
import pytest

from tests.integration.admin.client import ask, scrape
from tests.integration.admin.conftest import AdminStack
from tests.integration.relay.proxy import eventually
from tests.integration.support.daemon import free_port

PARAMETER = "a parameter value that nobody may see"


def test_health_and_readiness(admin):
    for port in (admin.admin_port, admin.metrics_port):
        assert ask(port, "/healthz").json == {"status": "ok"}
        assert ask(port, "/readyz").json == {"status": "ready"}


def test_not_ready_without_an_upstream(other_admin):
    other_admin.pgbouncer.stop()
    eventually(lambda: ask(other_admin.admin_port, "/readyz").status == 503, "not ready")
    reason = ask(other_admin.admin_port, "/readyz").json["reason"]
    assert str(other_admin.pgbouncer.port) in reason and "refused" in reason
    assert scrape(other_admin.admin_port)("upstream_up") == 0
    assert ask(other_admin.admin_port, "/healthz").status == 200
    other_admin.pgbouncer.start()
    eventually(lambda: ask(other_admin.admin_port, "/readyz").status == 200, "ready again")


def test_the_metrics_address_has_no_more(admin):
    assert ask(admin.metrics_port, "/metrics").status == 200
    for path in ("/", "/sessions", "/statements", "/config"):
        assert ask(admin.metrics_port, path).status == 404
    for path in ("/drain", "/reload"):
        assert ask(admin.metrics_port, path, "POST").status == 404


def test_a_page_of_another_site_may_do_nothing(admin):
    assert ask(admin.admin_port, "/sessions", headers={"Host": "rebound.example.net"}).status == 403
    assert ask(admin.admin_port, "/drain", "POST", {"Origin": "http://example.net"}).status == 403
    assert ask(admin.admin_port, "/drain", "POST", {"Sec-Fetch-Site": "cross-site"}).status == 403
    with admin.connect() as client:
        assert client.execute("SELECT 1").fetchone() == (1,)


def test_head_and_other_methods(admin):
    head = ask(admin.admin_port, "/metrics", "HEAD")
    assert head.status == 200 and head.text == "" and int(head.headers["content-length"]) > 1000
    refused = ask(admin.admin_port, "/metrics", "DELETE")
    assert refused.status == 405 and refused.headers["allow"] == "GET, HEAD"
    assert ask(admin.admin_port, "/nothing").status == 404


@pytest.mark.parametrize("sent", [
    b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    b"POST /drain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n",
])
def test_requests_that_are_none(admin, sent):
    with socket.create_connection(("127.0.0.1", admin.admin_port), 30) as raw:
        raw.sendall(sent)
        assert raw.makefile("rb").readline().split()[1] in (b"400", b"413")
    assert ask(admin.admin_port, "/healthz").status == 200


def test_a_crowd_is_not_let_in_and_does_no_harm(admin):
    crowd = [socket.create_connection(("127.0.0.1", admin.admin_port), 30) for _ in range(200)]
    try:
        def turned_away(raw: socket.socket) -> bool:
            raw.settimeout(0.01)
            try:
                return raw.recv(1) == b""
            except TimeoutError:
                return False

        eventually(lambda: sum(turned_away(raw) for raw in crowd[100:]) == 100, "connections beyond the limit are closed")
    finally:
        for raw in crowd:
            raw.close()
    eventually(lambda: ask(admin.metrics_port, "/healthz").status == 200, "room again")


def test_sessions(admin):
    with admin.connect(application_name="ordinary") as client:
        client.execute("BEGIN")
        client.execute("SELECT 1", prepare=True)
        (session,) = [s for s in ask(admin.admin_port, "/sessions").json["sessions"]
                      if s["application_name"] == "ordinary"]
        assert (session["user"], session["database"]) == ("postgres", "postgres")
        assert session["peer"].startswith("127.0.0.1:")
        assert session["state"] == "idle_in_transaction"
        assert session["statements"] == 1
        assert scrape(admin.admin_port)("sessions", state="idle_in_transaction") == 1
        client.execute("ROLLBACK")
        assert scrape(admin.admin_port)("sessions", state="idle_in_transaction") == 0


def run_a_statement(stack) -> None:
    with stack.connect() as client:
        for _ in range(3):
            client.execute("SELECT %s::text AS seen", [PARAMETER], prepare=True)


def test_statements_without_their_texts(admin):
    run_a_statement(admin)
    statements = ask(admin.admin_port, "/statements?order=reparses").json["statements"]
    assert statements[0]["reparses"] >= 1 and statements[0]["calls"] >= 3
    assert statements[0]["server_seconds"] > 0
    assert all("sql" not in each for each in statements)


def test_parameter_values_are_nowhere(other_admin):
    run_a_statement(other_admin)
    assert "SELECT $1::text AS seen" in ask(other_admin.admin_port, "/statements").text
    for path in ("/metrics", "/sessions", "/statements", "/config", "/"):
        assert PARAMETER not in ask(other_admin.admin_port, path).text


def test_a_token_is_needed_from_elsewhere():
    """Another address of this machine is not loopback; without one the test has nothing to come from."""
    address = address_of_this_machine()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    port = free_port()
    with AdminStack(admin_token="let-me-in", admin_listen=f"{address}:{port}"):
        def status(path: str, method: str = "GET", **headers: str) -> int:
            return ask(port, path, method, headers, address).status

        assert status("/metrics") == status("/readyz") == 200
        assert status("/sessions") == status("/drain", "POST") == 401
        assert status("/sessions", Authorization="Bearer let-me-out") == 401
        assert status("/sessions", Authorization="Bearer let-me-in") == 200


def address_of_this_machine() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def test_drain(other_admin):
    client = other_admin.connect()
    client.execute("SELECT 1")
    assert ask(other_admin.admin_port, "/drain", "POST").status == 202
    with pytest.raises(psycopg.OperationalError):
        for _ in range(1000):
            client.execute("SELECT pg_sleep(0.02)")
    process = other_admin.sidecar._process
    eventually(lambda: process.poll() is not None, "the end")
    assert process.returncode == 0
