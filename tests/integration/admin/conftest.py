"""Fixtures: one stack whose sidecar has an admin interface."""
from __future__ import annotations

from typing import Any, Iterator

import psycopg
import pytest

from tests.integration.support.daemon import free_port
from tests.integration.support.stack import Stack


class AdminStack(Stack):
    """With `admin_port` for everything and `metrics_port` for metrics and health; `config`: keys, in lower case."""

    def __init__(self, *args: str, **config: str):
        self.admin_port, self.metrics_port = free_port(), free_port()
        keys = {"admin_listen": f"127.0.0.1:{self.admin_port}",
                "admin_metrics_listen": f"127.0.0.1:{self.metrics_port}"} | config
        super().__init__(config={f"PGSIDECAR_{name.upper()}": value for name, value in keys.items()}, args=list(args))

    def connect(self, **parameters: Any) -> psycopg.Connection:
        return psycopg.connect(self.dsn("sidecar"), autocommit=True, **parameters)


@pytest.fixture(scope="package")
def admin() -> Iterator[AdminStack]:
    with AdminStack() as started:
        yield started


@pytest.fixture
def other_admin() -> Iterator[AdminStack]:
    """Statement texts may be seen; for tests that end it, too."""
    with AdminStack(admin_show_sql="true") as started:
        yield started


@pytest.fixture
def two_workers() -> Iterator[AdminStack]:
    with AdminStack(workers="2") as started:
        yield started
