"""pgsidecar in front of a provider's pooler, told by nothing but the URL that the provider shows."""
from __future__ import annotations

import subprocess

import psycopg
import pytest

from tests.integration.check import tls_server
from tests.integration.check.command import environment
from tests.integration.relay.proxy import Proxy
from tests.integration.support.stack import sidecar_binary
from tests.integration.tls.authority import Authority

pytestmark = pytest.mark.timeout(180)

IN_TLS = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority"))
    running = tls_server.start(tmp_path_factory.mktemp("tls"), authority)
    yield running
    running.remove()


@pytest.fixture
def start(server):
    started = []

    def start(**config: str) -> Proxy:
        proxy = Proxy(tls_server.url(server, "sslmode=require"), **config)
        started.append(proxy)
        proxy.start()
        return proxy

    yield start
    for proxy in started:
        proxy.stop()
        logged = proxy.logged()
        proxy.remove()
        assert tls_server.PASSWORD not in logged and tls_server.QUOTED not in logged


def ask(proxy: Proxy, **login: str) -> tuple:
    with psycopg.connect(host="127.0.0.1", port=proxy.port, dbname="postgres", user=tls_server.USER, sslmode="disable",
                         **login) as connection:
        return connection.execute(f"SELECT current_user, ({IN_TLS})").fetchone()


def test_the_application_says_the_same_password(start):
    assert ask(start(), password=tls_server.PASSWORD) == (tls_server.USER, True)


def test_a_wrong_password_stays_wrong(start):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(start(), password="wrong")


def test_the_application_needs_none_where_it_is_trusted(start):
    assert ask(start(auth_mode="trust")) == (tls_server.USER, True)


def test_the_password_is_not_printed(server):
    done = subprocess.run([sidecar_binary(), "--upstream", tls_server.url(server, "sslmode=require"), "--print-config"],
                          env=environment(), capture_output=True, text=True)
    assert done.returncode == 0 and "postgres.project" in done.stdout and "mode: require" in done.stdout
    assert tls_server.PASSWORD not in done.stdout and tls_server.QUOTED not in done.stdout
