"""Clients are checked by SCRAM-SHA-256 against a users file."""
from __future__ import annotations

import signal

import psycopg
import pytest

from tests.integration.auth.conftest import PASSWORD, replace, users_file
from tests.integration.auth.drivers import DRIVERS, run, served_as
from tests.integration.relay.proxy import Proxy, eventually
from tests.integration.relay.raw_client import RawClient, message, startup_packet
from tests.integration.support.stack import StackError

pytestmark = pytest.mark.timeout(180)

SECRET = "sécret \"of\" the app"


@pytest.fixture(scope="module")
def secret_of_postgres(guarded_postgres) -> str:
    return guarded_postgres.psql("SELECT rolpassword FROM pg_authid WHERE rolname = 'scram'")


@pytest.fixture
def checking(start_proxy, guarded_postgres, tmp_path):
    """A proxy that lets these users in and logs in as one whom the server trusts."""
    def start(users: dict[str, str], **keys: str):
        return start_proxy(f"127.0.0.1:{guarded_postgres.port}", auth_mode="scram-sha-256", log_level="trace",
                           auth_users_file=users_file(tmp_path / "users.txt", users), upstream_user="trusted", **keys)

    return start


@pytest.mark.parametrize("driver", DRIVERS)
def test_passwords_and_scram_secrets(checking, secret_of_postgres, driver):
    proxy = checking({"app": SECRET, "stored": secret_of_postgres})
    for user, password in (("app", SECRET), ("stored", PASSWORD)):
        done = run(driver, proxy.port, user, password)
        assert done.stdout == served_as("trusted"), done.stderr
    logged = proxy.logged()
    assert SECRET not in logged and PASSWORD not in logged and "SCRAM-SHA-256$" not in logged


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("user", ["app", "stored", "nobody"])
def test_wrong_passwords_and_unknown_users_are_told_the_same(checking, secret_of_postgres, driver, user):
    proxy = checking({"app": SECRET, "stored": secret_of_postgres})
    done = run(driver, proxy.port, user, "wrong")
    assert f'password authentication failed for user "{user}"' in done.stderr
    eventually(lambda: "password authentication failed for user" in proxy.logged(), "the log says so")


def test_unknown_users_have_a_salt_that_stays(checking):
    def salt(proxy: Proxy, user: str) -> bytes:
        with RawClient(proxy.port) as client:
            client.send(startup_packet({"user": user}))
            client.read_message()
            first = b"n,,n=,r=abc"
            client.send(message("p", b"SCRAM-SHA-256\0" + len(first).to_bytes(4, "big") + first))
            return client.read_message().body.split(b",s=")[1]

    proxy = checking({"app": SECRET})
    assert salt(proxy, "nobody") == salt(proxy, "nobody") != salt(proxy, "somebody")
    assert salt(proxy, "app") == salt(proxy, "app")
    proxy.signal(signal.SIGHUP)
    assert salt(proxy, "nobody") == salt(proxy, "nobody")


def test_the_upstream_does_not_hear_of_a_client_that_is_not_let_in(checking, guarded_postgres):
    proxy = checking({"app": SECRET})
    proxy_of_nothing = proxy.descriptors()
    with RawClient(proxy.port) as client:
        client.send(startup_packet({"user": "app"}))
        assert client.read_message().body == b"\0\0\0\x0aSCRAM-SHA-256\0\0"
        assert proxy.descriptors() <= proxy_of_nothing + 2, "one of it for the client, one for its event loop"


def test_channel_binding_of_the_client(checking, tls_keys):
    proxy = checking({"app": SECRET}, **tls_keys)
    for binding in ("require", "prefer", "disable"):
        with psycopg.connect(host="127.0.0.1", port=proxy.port, user="app", password=SECRET, dbname="postgres",
                             sslmode="require", channel_binding=binding) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("trusted",)


@pytest.mark.parametrize("told_by", ["signal", "file"])
def test_new_users_are_known_without_a_restart(checking, tmp_path, told_by):
    proxy = checking({"app": SECRET})
    assert run("asyncpg-0.30", proxy.port, "new", "other").returncode != 0
    users_file(tmp_path / "users.txt", {"new": "other"})
    if told_by == "signal":
        proxy.signal(signal.SIGHUP)
    eventually(lambda: run("asyncpg-0.30", proxy.port, "new", "other").stdout == served_as("trusted"), "it is let in")
    assert "password authentication failed" in run("asyncpg-0.30", proxy.port, "app", SECRET).stderr


def test_a_file_with_a_mistake_changes_nothing(checking, tmp_path):
    proxy = checking({"app": SECRET})
    replace(tmp_path / "users.txt", f'"app" "{PASSWORD}\n')
    proxy.signal(signal.SIGHUP)
    eventually(lambda: "users.txt, line 1: " in proxy.logged(), "the log names file and line")
    assert run("psycopg-3.3", proxy.port, "app", SECRET).stdout == served_as("trusted")
    assert SECRET not in proxy.logged() and PASSWORD not in proxy.logged()


@pytest.mark.parametrize("text, mistake", [
    ("app secret\n", "line 1: a user name in double quotes is expected"),
    ('"a" "b"\n"app" "secret\n', 'line 2: behind user "app", a secret in double quotes is expected'),
    ('"app" "md5' + "a" * 32 + '"\n', 'line 1: user "app" has an MD5 hash'),
])
def test_pgsidecar_does_not_start_with_a_mistake(tmp_path, text, mistake):
    proxy = Proxy("127.0.0.1:1", auth_mode="scram-sha-256", auth_users_file=replace(tmp_path / "users.txt", text))
    with pytest.raises(StackError) as caught:
        proxy.start()
    assert f"auth.users_file: {tmp_path}/users.txt, {mistake}" in str(caught.value)
    assert "secret\n" not in str(caught.value)
    proxy.remove()
