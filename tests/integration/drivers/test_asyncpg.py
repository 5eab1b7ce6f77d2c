"""asyncpg, unchanged, in several processes whose statement names are the same."""

import pytest

from .runner import assert_broken_without_right_with, assert_right_with, compare

VERSIONS = ("asyncpg-0.27", "asyncpg-0.30", "asyncpg-0.32")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("version", VERSIONS)
def test_features(stack, schema, version):
    assert_broken_without_right_with(compare(stack, "asyncpg_features", version, schema, copies=4))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("version", VERSIONS)
def test_cancel_by_timeout(stack, schema, version):
    assert_right_with(compare(stack, "asyncpg_cancel", version, copies=2, routes=("postgres", "sidecar")))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("version", VERSIONS)
def test_more_connections_prepare_than_there_are_servers(stack, schema, version):
    """asyncpg ends a preparation with Flush, behind which a server stays lent until the Sync of its first use."""
    outcomes = compare(stack, "asyncpg_prepare_pool", version, copies=2, routes=("postgres", "sidecar"))
    assert_right_with(outcomes)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("version", VERSIONS[1:])
def test_start_up_values(stack, version):
    """RESET ALL at each release of a pool goes back to them."""
    assert_broken_without_right_with(compare(stack, "asyncpg_start_up", version, copies=4))
