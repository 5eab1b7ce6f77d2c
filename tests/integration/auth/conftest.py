"""Fixtures: a PostgreSQL with a role for every method of authentication and TLS, and proxies in front of it."""
from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from tests.integration.relay.conftest import pgbouncer, postgres, start_proxy  # noqa: F401
from tests.integration.support.stack import Postgres
from tests.integration.tls.authority import Certificate
from tests.integration.tls.conftest import authority, folder, owned_by_servers, server  # noqa: F401

PASSWORD = "pass wörd " + "x" * 200
HBA = """
local all all trust
host all trusted  127.0.0.1/32 trust
host all postgres 127.0.0.1/32 trust
host all clear    127.0.0.1/32 password
host all md5      127.0.0.1/32 md5
host all scram    127.0.0.1/32 scram-sha-256
host all rotated  127.0.0.1/32 scram-sha-256
"""
ROLES = """
CREATE ROLE trusted LOGIN;
CREATE ROLE clear LOGIN PASSWORD '{0}';
SET password_encryption = 'md5';
CREATE ROLE md5 LOGIN PASSWORD '{0}';
SET password_encryption = 'scram-sha-256';
CREATE ROLE scram LOGIN PASSWORD '{0}';
"""


@pytest.fixture(scope="package")
def guarded_postgres(server: Certificate) -> Iterator[Postgres]:  # noqa: F811
    running = Postgres(hba=HBA)
    files = owned_by_servers(server, running.directory)
    running.settings |= {"ssl": "on", "ssl_cert_file": files.certificate, "ssl_key_file": files.key}
    running.start()
    running.psql(ROLES.format(PASSWORD))
    yield running
    running.remove()


@pytest.fixture(scope="package")
def tls_keys(server: Certificate) -> dict[str, str]:  # noqa: F811
    """Keys of a proxy that shows a certificate to its clients."""
    return {"client_tls_mode": "allow", "client_tls_certificate": server.certificate, "client_tls_key": server.key}


def users_file(path: Path, users: dict[str, str]) -> str:
    """Written as another file that takes its name, as a Kubernetes secret is."""
    quoted = {name.replace('"', '""'): secret.replace('"', '""') for name, secret in users.items()}
    return replace(path, "".join(f'"{name}" "{secret}"\n' for name, secret in quoted.items()))


def replace(path: Path, text: str) -> str:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)
    return str(path)
