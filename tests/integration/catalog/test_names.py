"""What the program takes for a call without effect is that on this server; `PG_BINDIR` names another."""
from __future__ import annotations

import pytest

from . import names


@pytest.fixture(scope="module")
def catalog(stack) -> names.Catalog:
    return names.read(stack.postgres)


@pytest.mark.parametrize("kind", ["functions", "operators"])
def test_no_name_has_an_effect(catalog, kind):
    assert not names.written(kind) & getattr(catalog, kind).others


@pytest.mark.parametrize("kind", ["functions", "operators"])
def test_no_name_is_missing(catalog, kind):
    assert getattr(catalog, kind).plain <= names.written(kind), "run python3 -m tests.integration.catalog"


def test_functions_with_an_effect_are_seen(catalog):
    effects = {"nextval", "setval", "set_config", "pg_advisory_lock", "pg_notify", "lo_create", "ts_rewrite",
               "query_to_xml", "pg_terminate_backend", "pg_sleep"}
    assert effects <= catalog.functions.others
    assert not effects & names.written("functions")
