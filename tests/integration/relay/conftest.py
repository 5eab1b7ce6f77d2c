"""Fixtures: one PostgreSQL and one rotating pgBouncer for all, a proxy of its own for each test that asks."""
from __future__ import annotations

from typing import Callable, Iterator

import pytest

from tests.integration.relay.proxy import Proxy, eventually
from tests.integration.relay.sleepers import end_sleepers
from tests.integration.support.stack import PgBouncer, Postgres, rotating_pooler


@pytest.fixture(scope="package")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="package")
def pgbouncer(postgres: Postgres) -> Iterator[PgBouncer]:
    with rotating_pooler(postgres) as pooler:
        yield pooler


@pytest.fixture
def version_1_18() -> None:
    if not PgBouncer.version().startswith("1.18."):
        pytest.skip("a fault of pgBouncer 1.18 only")


@pytest.fixture
def start_proxy(pgbouncer: PgBouncer) -> Iterator[Callable[..., Proxy]]:
    """start_proxy(upstream=…, listen=[…], prefix=[…], key=value…): keys as in PGSIDECAR_… variables, in lower case."""
    started: list[Proxy] = []

    def start(upstream: str | list[str] | None = None, listen: list[str] = [], prefix: list[str] = [],
              **config: str) -> Proxy:
        proxy = Proxy(upstream or f"127.0.0.1:{pgbouncer.port}", listen, prefix, **config)
        started.append(proxy)
        proxy.start()
        return proxy

    yield start
    for proxy in started:
        status = proxy.stop()
        tail = proxy.log_tail()
        proxy.remove()
        assert status in (0, None), f"pgsidecar ended with {status}\n{tail}"


@pytest.fixture
def proxy(start_proxy) -> Proxy:
    return start_proxy()


@pytest.fixture(autouse=True)
def no_server_stays_busy(request):
    """Nothing is pinned when a test has ended, and none of its sleepers is left to the next."""
    yield
    try:
        if "pgbouncer" in request.fixturenames:
            pooler = request.getfixturevalue("pgbouncer")
            eventually(lambda: pooler.active_servers() == 0, "SHOW POOLS counts no active server")
    finally:
        if "postgres" in request.fixturenames:
            end_sleepers(request.getfixturevalue("postgres"))
