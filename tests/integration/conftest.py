"""Fixtures for tests against real servers."""
import pytest

from tests.integration.support.stack import Stack


@pytest.fixture(scope="session")
def stack():
    with Stack() as started:
        yield started


@pytest.fixture(autouse=True)
def servers_stay_alive(request):
    """A test in which a server of the stack dies fails."""
    yield
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").check()


@pytest.fixture
def fresh_names(stack):
    """No prepared statement of an earlier test is left on the servers."""
    stack.pgbouncer.reconnect()
    return stack
