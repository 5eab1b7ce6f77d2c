"""Each fault at least once; more with `python3 -m tests.integration.ledger`."""
from __future__ import annotations

import pytest

from tests.integration.ledger.books import ACKNOWLEDGED
from tests.integration.ledger.load import run

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_books_are_in_order(workers):
    result = run(seconds=5, seed=workers, workers=workers)
    assert result.problems == []
    assert result.journal.count(ACKNOWLEDGED) > 0
    assert len(result.faults) == 5
