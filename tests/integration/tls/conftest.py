"""Fixtures: an authority and a server's certificate, and proxies that show it."""
from __future__ import annotations

import shutil
from pathlib import Path
from typing import Callable

import pytest

from tests.integration.relay.conftest import pgbouncer, postgres, start_proxy  # noqa: F401
from tests.integration.relay.proxy import Proxy
from tests.integration.support.daemon import service_account
from tests.integration.tls.authority import Authority, Certificate


@pytest.fixture(scope="package")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="package")
def authority(folder: Path) -> Authority:
    return Authority(folder)


@pytest.fixture(scope="package")
def other_authority(folder: Path) -> Authority:
    return Authority(folder, "other")


@pytest.fixture(scope="package")
def server(authority: Authority) -> Certificate:
    return authority.issue("localhost", "127.0.0.1")


@pytest.fixture
def start_tls_proxy(start_proxy, server: Certificate) -> Callable[..., Proxy]:  # noqa: F811
    def start(upstream: str | None = None, mode: str = "allow", **config: str) -> Proxy:
        shown = {"client_tls_certificate": server.certificate, "client_tls_key": server.key}
        return start_proxy(upstream, client_tls_mode=mode, **shown | config)

    return start


def owned_by_servers(certificate: Certificate, folder: Path) -> Certificate:
    """A copy that the account of PostgreSQL and pgBouncer may read."""
    paths = []
    for source in (certificate.certificate, certificate.key):
        target = folder / Path(source).name
        shutil.copy(source, target)
        target.chmod(0o600)
        if account := service_account():
            shutil.chown(target, account)
        paths.append(str(target))
    return Certificate(*paths)
