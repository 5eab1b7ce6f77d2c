"""lib/pq and pgx parse the unnamed statement in one cycle and bind it in the next, on whatever server (A3)."""

import pytest

from .wire import SYNC, Wire, bind, describe, execute, parse

CLIENTS, ROUNDS = 9, 20
LIB_PQ, PGX = [], [describe("P", "")]


def troubles(port: int, between: list[bytes]) -> list[str]:
    """What is not as it should be, when each client binds only after all others have parsed."""
    clients, found = [Wire(port) for _ in range(CLIENTS)], []
    for i in range(ROUNDS):
        for own, client in enumerate(clients):
            client.send(parse("", f"select {own} * 1000 + $1::int"), describe("S", ""), SYNC)
        for client in clients:
            if (replies := client.read("Z")).kinds != "1tTZ":
                found.append(f"Parse: {replies}")
        for client in clients:
            client.send(bind("", "", str(i)), *between, execute(), SYNC)
        for own, client in enumerate(clients):
            replies = client.read("Z")
            if (replies.kinds, replies.rows) != ("2TDCZ" if between else "2DCZ", [[str(own * 1000 + i)]]):
                found.append(f"client {own}, expected {own * 1000 + i}: {replies}")
    for client in clients:
        client.close()
    return found


@pytest.mark.timeout(60)
@pytest.mark.parametrize("between", [LIB_PQ, PGX], ids=["lib/pq", "pgx describe_exec"])
def test_everybody_gets_the_own_answer(fresh_names, between):
    assert troubles(fresh_names.port("sidecar"), between) == []


@pytest.mark.timeout(60)
def test_wrong_rows_without(fresh_names):
    found = troubles(fresh_names.port("pgbouncer"), LIB_PQ)
    print(f"{len(found)} of {CLIENTS * ROUNDS} wrong")
    assert [trouble for trouble in found if "2DCZ" in trouble], "the bare pooler returns no wrong row here"
