"""Every check leaves the server as it was."""
from __future__ import annotations

import pytest

from tests.integration.check.command import scratch_schemas
from tests.integration.support.stack import PgBouncer


@pytest.fixture(autouse=True)
def no_schema_is_left(stack):
    yield
    assert scratch_schemas(stack.postgres) == ""


@pytest.fixture
def start_pooler(stack):
    """start_pooler(setting=value…): another pgBouncer in front of the stack's server."""
    started = []

    def start(**settings) -> PgBouncer:
        pooler = PgBouncer(stack.postgres, settings=settings)
        started.append(pooler)
        pooler.start()
        return pooler

    yield start
    for pooler in started:
        pooler.remove()


@pytest.fixture
def role(stack):
    """A user who may create nothing."""
    stack.postgres.psql("CREATE ROLE reader LOGIN")
    yield "reader"
    stack.postgres.psql("DROP ROLE reader")
