"""Answers that once differed from those of a PostgreSQL session of its own."""

from __future__ import annotations

import pytest

from tests.integration.differential.wire import (
    FLUSH,
    SYNC,
    Message,
    bind,
    describe,
    execute,
    parse,
)

from .sessions import TABLE, Session, create_table

pytestmark = pytest.mark.timeout(60)

INT4 = 23


def test_portals_behind_a_changed_shape(hold):
    def portals(session: Session, elsewhere):
        create_table(elsewhere)
        session.prepare("n", f"select * from {TABLE}")
        session.prepare("m", "select 1")
        elsewhere.query(f"alter table {TABLE} alter a type bigint")
        session.query("begin")
        answers = [session.ask(bind(b"p", b"n"), bind(b"q", b"m"), bind(b"", b"m"), SYNC)]
        for name in (b"p", b"q", b""):
            answers += [session.ask(describe(b"P", name), SYNC), session.ask(execute(name), SYNC)]
        session.query("rollback")
        return answers

    direct, proxied = hold(portals)
    assert direct == proxied
    assert "0A000" in direct[0] and direct[1:3] == ["n ZE", "I ZE"] and "34000" in direct[3]


def test_sync_and_flush_with_a_body(hold):
    sync, flush = Message("S", b"x"), Message("H", b"x")

    def answers(session: Session, elsewhere):
        create_table(elsewhere)
        insert = parse(b"", f"insert into {TABLE} values (1)".encode()), bind(b"", b""), execute()
        return [
            session.ask(sync),
            session.ask(*insert, sync),
            session.query(f"select count(*) from {TABLE}"),
            session.ask(flush, *insert, SYNC),
            session.ask(parse(b"n", b"select 1"), flush, SYNC, SYNC, last="ZZ"),
            session.ask(parse(b"", b"selec"), sync),
            session.query("begin"),
            session.ask(sync),
            session.ask(flush, SYNC),
            session.query("rollback"),
        ]

    direct, proxied = hold(answers)
    assert direct == proxied
    assert direct[0] == "E(ERROR 08P01 invalid message format) ZI" and "D(0)" in direct[2]


def test_a_utility_is_described_in_a_failed_block(hold):
    def described(session: Session, elsewhere):
        run = bind(b"", b""), execute(), SYNC
        session.ask(parse(b"", b"begin", [INT4]), bind(b"", b"", [b"1"]), execute(), SYNC)
        session.ask(parse(b"b", b"selec"), SYNC)
        answers = [session.ask(describe(b"S", b""), SYNC)]
        session.ask(parse(b"", b"rollback"), *run)
        return answers

    direct, proxied = hold(described)
    assert direct == proxied == (["t[23] n ZE"])


def test_an_execute_of_an_execute_counts_its_arguments_first(hold):
    """Before it looks at the statement, whose columns have changed."""

    def executed(session: Session, elsewhere):
        create_table(elsewhere)
        session.prepare("n", f"select * from {TABLE} where a = $1", INT4)
        elsewhere.query(f"alter table {TABLE} add b int")
        session.send(parse(b"m", b"execute n($1)", [INT4]), FLUSH)
        session.read("1")
        return [session.ask(SYNC), session.query("execute m"), session.query("execute m(1, 2)")]

    direct, proxied = hold(executed)
    assert direct == proxied
    assert all("42601" in answer for answer in direct[1:])
