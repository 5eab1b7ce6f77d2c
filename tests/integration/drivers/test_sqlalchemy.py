"""SQLAlchemy's async engine over asyncpg with nothing but the URL: no connect_args of any kind."""

import pytest

from .runner import assert_broken_without_right_with, compare


@pytest.mark.timeout(400)
@pytest.mark.parametrize("pool", ["null", "queue", "ping"])
@pytest.mark.parametrize("version", ["sqlalchemy-2.0", "sqlalchemy-2.1"])
def test_features(stack, schema, version, pool):
    outcomes = compare(stack, "sqlalchemy_features", version, schema, pool, scheme="postgresql+asyncpg")
    assert_broken_without_right_with(outcomes)
