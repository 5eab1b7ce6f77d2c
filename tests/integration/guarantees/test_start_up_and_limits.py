"""Known differences of docs/guarantees.md that come from a setting or a limit of pgsidecar."""

from __future__ import annotations

import pytest

from tests.integration.differential.wire import SYNC, bind, execute, parse
from tests.integration.relay.raw_client import RawClient
from tests.integration.support.stack import Sidecar

from . import sessions

pytestmark = pytest.mark.timeout(60)


def greeting(port: int, parameters: dict[str, str]) -> tuple[list[str], list[list[bytes]]]:
    """The notices of start-up, and the value of jit."""
    with RawClient(port) as client:
        notices = [reply.fields for reply in client.start(parameters).of("N")]
        return [f"{notice['S']} {notice['M']}" for notice in notices], client.query("show jit").rows


def test_a_warning_tells_of_stripped_parameters(stack):
    parameters = {"jit": "off", "application_name": "guarantees"}
    assert greeting(stack.postgres.port, parameters) == ([], [[b"off"]])
    assert greeting(stack.sidecar.port, parameters) == (["WARNING ignored startup parameter: jit"], [[b"on"]])


def test_parameters_that_matter_are_refused(stack):
    parameters = {"search_path": "a", "options": "-c statement_timeout=1s"}
    assert greeting(stack.postgres.port, parameters) == ([], [[b"on"]])
    with RawClient(stack.sidecar.port) as client:
        replies = client.start(parameters)
        assert replies.kinds == "E"
        assert replies[0].error == ("FATAL", "0A000", "unsupported startup parameters: statement_timeout, search_path")


def test_a_reset_by_a_do_block_is_not_seen(stack):
    answers = []
    for port in (stack.postgres.port, stack.sidecar.port):
        with RawClient(port) as client:
            client.start({"TimeZone": "Asia/Tokyo"})
            client.query("begin; do $$ begin reset timezone; end $$")
            in_block = client.query("show timezone").rows
            client.query("rollback; reset timezone")
            answers.append((in_block, client.query("show timezone").rows))
    default = stack.postgres.psql("show timezone").strip().encode()
    assert answers == [([[b"Asia/Tokyo"]], [[b"Asia/Tokyo"]]), ([[default]], [[b"Asia/Tokyo"]])]


def test_replication_is_refused(stack):
    with RawClient(stack.postgres.port) as client:
        assert client.start({"replication": "database"}).kinds.endswith("Z")
    with RawClient(stack.sidecar.port) as client:
        replies = client.start({"replication": "database"})
        assert replies.kinds == "E"
        assert replies[0].error == ("FATAL", "0A000", "replication connections cannot pass a transaction pooler")


def hold_limited(stack, conversation, **config: str) -> sessions.Answers:
    """Through a pgsidecar of its own: keys as in PGSIDECAR_… variables."""
    small = Sidecar(stack.pgbouncer.port, config={f"PGSIDECAR_{name}": value for name, value in config.items()})
    small.start()
    try:
        return sessions.hold(conversation, stack.postgres.port, small.port)
    finally:
        small.remove()


def test_statements_of_a_client_are_limited(stack):
    def one_too_many(session, elsewhere):
        for n in ("a", "b"):
            session.prepare(n, "select 1")
        refused = [session.ask(parse(b"c", b"select 1"), SYNC), session.query("prepare c as select 1")]
        return " ".join([*refused, session.run("a"), session.query("deallocate b; prepare c as select 1")])

    answers = hold_limited(stack, one_too_many, MAX_STATEMENTS="2")
    refusal = "E(ERROR 53400 too many prepared statements) ZI"
    assert answers.proxied == f"{refusal} {refusal} 2 D(1) C'SELECT 1' ZI C'DEALLOCATE' C'PREPARE' ZI"


def test_a_long_statement_is_not_kept(stack):
    def used_twice(session, elsewhere):
        session.prepare("n", "select 1" + 2000 * " ")
        return session.run("n")

    answers = hold_limited(stack, used_twice, MAX_STATEMENT_SIZE="1KiB")
    assert answers.direct == "2 D(1) C'SELECT 1' ZI"
    assert answers.proxied == "E(ERROR 54000 statement is too long to be used again on another server) ZI"


def test_a_message_of_impossible_length_is_told(hold):
    def too_long(session, elsewhere):
        return session.ask(execute(b"x" * 20_000))

    assert hold(too_long) == ("EOF", "E(FATAL 08P01 invalid message length) EOF")


def test_names_of_a_bind_are_limited(hold):
    def long_name(session, elsewhere):
        session.prepare("n", "select 1")
        return session.ask(bind(b"x" * 300_000, b"n"), SYNC)

    assert hold(long_name) == ("2 ZI", "E(FATAL 54000 name of a statement or portal is too long) EOF")
