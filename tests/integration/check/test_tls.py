"""Checks of a server that is reached with TLS."""
from __future__ import annotations

import pytest

from tests.integration.check import tls_server
from tests.integration.check.command import check, run, scratch_schemas
from tests.integration.tls.authority import Authority

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, authority):
    running = tls_server.start(tmp_path_factory.mktemp("tls"), authority)
    yield running
    running.remove()


def test_required_but_not_verified(server):
    verdict = check(tls_server.url(server, "sslmode=require"))
    assert (verdict.exit_status, verdict.failed) == (0, [])
    assert verdict["TLS"].detail.startswith("TLSv1.3, TLS_") and verdict["TLS"].detail.endswith("not verified")
    assert verdict["authentication"].detail.startswith("SCRAM-SHA-256")
    assert verdict["migration"].status == "ok"
    assert tls_server.PASSWORD not in str(verdict.said)
    assert scratch_schemas(server) == ""


def test_verified(server, authority):
    verdict = check(tls_server.url(server, f"sslmode=verify-full&sslrootcert={authority.path}"))
    assert (verdict.exit_status, verdict.failed) == (0, [])
    assert verdict["TLS"].detail.endswith("certificate and host name verified")


def test_host_name_of_an_address(server, authority):
    """libpq's hostaddr, for libpq and for the sidecar."""
    verdict = check(f"host=localhost hostaddr=127.0.0.1 port={server.port} dbname=postgres "
                    f"user={tls_server.USER} sslmode=verify-full sslrootcert={authority.path}",
                    variables={"PGPASSWORD": tls_server.PASSWORD})
    assert (verdict.exit_status, verdict.failed) == (0, [])


@pytest.mark.parametrize("host, root, hint", [
    ("127.0.0.1", "own", "The certificate is for another name"),
    ("localhost", "other", "not signed by an authority of sslrootcert"),
])
def test_not_verified(server, authority, tmp_path, host, root, hint):
    roots = authority.path if root == "own" else Authority(tmp_path, "other").path
    done = run(tls_server.url(server, f"sslmode=verify-full&sslrootcert={roots}", host=host))
    assert done.returncode == 2 and hint in done.stdout


def test_switched_off(server):
    done = run(tls_server.url(server, "sslmode=disable"))
    assert done.returncode == 2 and "only with TLS" in done.stdout


def test_server_without_tls(stack):
    done = run(f"{stack.dsn('pgbouncer')}?sslmode=require")
    assert done.returncode == 2 and "sslmode=prefer or disable" in done.stdout
