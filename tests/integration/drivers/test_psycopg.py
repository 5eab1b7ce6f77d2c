"""psycopg 3 and psycopg2, unchanged, in several processes."""

import pytest

from .runner import assert_broken_without_right_with, assert_right_with, compare


@pytest.mark.timeout(400)
@pytest.mark.parametrize("threshold", [0, 5])
def test_psycopg_features(stack, schema, threshold):
    assert_broken_without_right_with(compare(stack, "psycopg_features", "psycopg-3.3", schema, threshold))


@pytest.mark.timeout(400)
def test_psycopg2_features(stack, schema):
    """Broken by PREPARE alone, which the user has written. As many clients as servers could walk in step with them."""
    assert_broken_without_right_with(compare(stack, "psycopg2_features", "psycopg2-2.9", schema, copies=4))


@pytest.mark.timeout(400)
def test_start_up_values(stack):
    """pgBouncer 1.18 does not take `options`."""
    assert_right_with(compare(stack, "psycopg_start_up", "psycopg-3.3", routes=("postgres", "sidecar")))
