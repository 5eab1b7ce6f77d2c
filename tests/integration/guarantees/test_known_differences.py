"""Known differences of docs/guarantees.md in the extended protocol.

A test fails when its difference has gone or is another one.
"""

from __future__ import annotations

import pytest

from tests.integration.differential.wire import (
    COPY_DONE,
    FLUSH,
    SYNC,
    bind,
    close,
    copy_data,
    describe,
    error_fields,
    execute,
    parse,
    query,
)

from .sessions import TABLE, Session, create_table

pytestmark = pytest.mark.timeout(60)

INT4 = 23
NO_TABLE = f'E(ERROR 42P01 relation "{TABLE}" does not exist)'
BAD_INTEGER = 'E(ERROR 22P02 invalid input syntax for type integer: "x")'


# ---------------------------------------------------------------- a statement is parsed again
def test_constants_of_parse_time_are_renewed(hold):
    def same_moment_twice(session, elsewhere):
        session.prepare("n", "select 'now'::timestamptz")
        return session.run("n") == session.run("n")

    assert hold(same_moment_twice) == (True, False)


def test_plans_stay_custom(hold):
    def sixth_plan(session, elsewhere):
        session.prepare("n", "select 1 where $1 = 7", INT4)
        return [session.query("explain (costs off) execute n(1)") for _ in range(6)][-1]

    answers = hold(sixth_plan)
    assert "One-Time Filter: ($1 = 7)" in answers.direct
    assert "One-Time Filter: false" in answers.proxied


def test_a_parse_again_takes_the_snapshot_of_the_transaction(hold):
    def isolation_level(session, elsewhere):
        session.prepare("n", "select 1")
        session.query("begin")
        session.ask(describe(b"S", b"n"), SYNC)
        return session.query("set transaction isolation level serializable")

    answers = hold(isolation_level)
    assert answers.direct == "C'SET' ZT"
    too_late = "SET TRANSACTION ISOLATION LEVEL must be called before any query"
    assert answers.proxied == f"E(ERROR 25001 {too_late}) ZE"


def test_a_transaction_begins_behind_a_flush_that_ended_what_was_prepared(hold):
    begin = (parse(b"", b"begin isolation level repeatable read"), bind(b"", b""), execute(b""), SYNC)

    def isolation_level(session, elsewhere):
        session.ask(parse(b"n", b"select 1"), FLUSH, last="1")
        return session.ask(*begin)

    too_late = "SET TRANSACTION ISOLATION LEVEL must be called before any query"
    assert hold(isolation_level) == (f"1 2 E(ERROR 25001 {too_late}) ZI", "1 2 C'BEGIN' ZT")


def test_repeatable_read_begins_at_that_parse(hold):
    def rows_seen(session, elsewhere):
        create_table(elsewhere)
        session.prepare("n", f"select count(*) from {TABLE}")
        session.query("begin isolation level repeatable read")
        session.ask(describe(b"S", b"n"), SYNC)
        elsewhere.query(f"insert into {TABLE} values (1)")
        return session.run("n")

    assert hold(rows_seen) == ("2 D(1) C'SELECT 1' ZT", "2 D(0) C'SELECT 1' ZT")


@pytest.mark.parametrize(
    "message, first",
    [
        (bind(b"p", b"n", [b"x"]), BAD_INTEGER),
        (bind(b"p", b"n", [b"1"], [0, 0]), "E(ERROR 08P01 bind message has 2 parameter formats but 1 parameters)"),
        (bind(b"taken", b"n", [b"1"]), 'E(ERROR 42P03 cursor "taken" already exists)'),
    ],
    ids=["value", "formats", "portal"],
)
def test_the_re_analysis_fails_before_the_bind(hold, message, first):
    def both_are_wrong(session, elsewhere):
        create_table(elsewhere)
        session.prepare("n", f"select a from {TABLE} where a = $1", INT4)
        session.query("begin")
        session.ask(parse(b"", b"select 1"), bind(b"taken", b""), SYNC)
        elsewhere.query(f"drop table {TABLE}")
        return session.ask(message, SYNC)

    assert hold(both_are_wrong) == (f"{first} ZE", f"{NO_TABLE} ZE")


@pytest.mark.parametrize(
    "arguments, first",
    [
        ("1, 2", 'E(ERROR 42601 wrong number of parameters for prepared statement "n")'),
        ("'x'", BAD_INTEGER),
    ],
)
def test_the_re_analysis_fails_before_the_arguments_of_execute(hold, arguments, first):
    def both_are_wrong(session, elsewhere):
        create_table(elsewhere)
        session.query(f"prepare n(int) as select a from {TABLE} where a = $1")
        elsewhere.query(f"drop table {TABLE}")
        return session.query(f"execute n({arguments})")

    assert hold(both_are_wrong) == (f"{first} ZI", f"{NO_TABLE} ZI")


def test_rows_of_a_suspended_insert_become_visible(hold):
    def rows_seen(session, elsewhere):
        create_table(elsewhere)
        session.prepare("i", f"insert into {TABLE} select generate_series(1, 3) returning a")
        session.prepare("c", f"select count(*) from {TABLE}")
        return session.ask(bind(b"p", b"i"), execute(b"p", 1), bind(b"", b"c"), execute(), SYNC)

    answers = hold(rows_seen)
    assert answers.direct == "2 D(1) s 2 D(0) C'SELECT 1' ZI"
    assert answers.proxied == "2 D(1) s 2 D(3) C'SELECT 1' ZI"


# ---------------------------------------------------------------- what the server is not asked
def test_the_re_analysis_needs_usage_of_the_schema(hold):
    def run_as_another_role(session, elsewhere):
        elsewhere.query(
            "drop schema if exists hidden cascade; drop role if exists reader; create role reader; "
            "create schema hidden; create table hidden.t as select 1 as a; grant select on hidden.t to reader"
        )
        session.prepare("n", "select a from hidden.t")
        session.query("begin; set local role reader")
        answer = session.run("n")
        session.query("rollback")
        elsewhere.query("drop schema hidden cascade; drop role reader")
        return answer

    direct, proxied = hold(run_as_another_role)
    assert direct == "2 D(1) C'SELECT 1' ZT"
    assert proxied.startswith("E(ERROR 42501 permission denied for schema hidden)")


def test_a_changed_collation_is_not_noticed(hold):
    def another_collation(session, elsewhere):
        create_table(elsewhere, 'a text collate "C"')
        elsewhere.query(f"insert into {TABLE} values ('x')")
        session.prepare("n", f"select a from {TABLE}")
        elsewhere.query(f'alter table {TABLE} alter a type text collate "POSIX"')
        return session.run("n")

    answers = hold(another_collation)
    assert answers.direct == "E(ERROR 0A000 cached plan must not change result type) ZI"
    assert answers.proxied == "2 D(x) C'SELECT 1' ZI"


def test_a_changed_row_type_of_a_function_is_noticed(hold):
    def one_more_column(session, elsewhere):
        create_table(elsewhere)
        elsewhere.query(
            f"create function {TABLE}_rows() returns setof {TABLE} language sql as 'select * from {TABLE}'")
        session.prepare("n", f"select * from {TABLE}_rows()")
        session.run("n")
        elsewhere.query(f"alter table {TABLE} add b int")
        again = session.run("n")
        elsewhere.query(f"drop function {TABLE}_rows")
        return again

    answers = hold(one_more_column)
    assert answers.direct == "2 C'SELECT 0' ZI"
    assert answers.proxied == "E(ERROR 0A000 cached plan must not change result type) ZI"


def test_the_error_of_a_changed_shape_has_no_line(hold):
    def fields(session: Session, elsewhere):
        create_table(elsewhere)
        session.prepare("n", f"select * from {TABLE}")
        elsewhere.query(f"alter table {TABLE} add b int")
        session.send(bind(b"", b"n"), SYNC)
        error = error_fields(session.connection.receive(10).body)
        session.read()
        return error

    direct, proxied = hold(fields)
    assert direct.pop("L").isdigit()
    assert direct == proxied and direct["C"] == "0A000"


def test_the_portal_of_another_number_of_columns(hold):
    def portal(session: Session, elsewhere):
        create_table(elsewhere, "a int, b int")
        session.prepare("n", f"select * from {TABLE}")
        elsewhere.query(f"alter table {TABLE} add c int")
        session.query("begin")
        assert "0A000" in session.ask(bind(b"p", b"n"), SYNC)
        answers = session.ask(describe(b"P", b"p"), SYNC), session.ask(execute(b"p"), SYNC)
        session.query("rollback")
        return answers

    direct, proxied = hold(portal)
    assert direct == ("n ZE", "I ZE")
    assert all("25P02" in answer for answer in proxied)


def test_what_no_rollback_undoes_remains_of_a_changed_shape(hold):
    def number_behind_it(session: Session, elsewhere):
        create_table(elsewhere)
        elsewhere.query("create sequence numbers")
        session.prepare("n", f"insert into {TABLE} values (nextval('numbers')) returning *")
        elsewhere.query(f"alter table {TABLE} add b int")
        assert "0A000" in session.run("n")
        rows = session.query(f"select count(*) from {TABLE}")
        number = session.query("select nextval('numbers')")
        elsewhere.query("drop sequence numbers")
        return rows, number

    (rows, first), (same_rows, second) = hold(number_behind_it)
    assert rows == same_rows and "D(0)" in rows
    assert "D(1)" in first and "D(2)" in second


def test_a_view_that_writes_is_not_seen(hold):
    def written(session: Session, elsewhere):
        create_table(elsewhere)
        elsewhere.query(
            f"create function writes() returns int language sql as 'insert into {TABLE} values (1) returning 1'"
        )
        elsewhere.query("create view innocent as select writes() as a")
        session.prepare("n", "select * from innocent")
        elsewhere.query("create or replace view innocent as select writes() as a, 1 as b")
        assert "0A000" in session.run("n")
        rows = session.query(f"select count(*) from {TABLE}")
        elsewhere.query("drop view innocent; drop function writes()")
        return rows

    direct, proxied = hold(written)
    assert "D(0)" in direct and "D(1)" in proxied


def test_a_sync_between_a_bad_row_and_the_end_of_the_copy(hold):
    def sync_inside(session, elsewhere):
        create_table(elsewhere)
        copy = f"copy {TABLE} from stdin".encode()
        session.ask(parse(b"", copy), bind(b"", b""), execute(), FLUSH, last="G")
        session.send(copy_data(b"x\n"), SYNC, copy_data(b"1\n"), COPY_DONE, SYNC, query(b"select 9"))
        return session.read("DZ")

    answers = hold(sync_inside)
    nine = "T(?column?:23) D(9) C'SELECT 1' ZI"
    assert answers == (f"{BAD_INTEGER} ZI ZI {nine}", f"{BAD_INTEGER} ZI {nine}")


@pytest.mark.parametrize("messages, reply", [([SYNC], "ZI"), ([close(b"S", b"n"), SYNC], "3 ZI")])
def test_a_lone_sync_proves_no_server_alive(hold, stack, messages, reply):
    def after_the_servers_have_gone(session, elsewhere):
        session.prepare("n", "select 1")
        elsewhere.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                        " where backend_type = 'client backend' and pid <> pg_backend_pid()")
        return session.ask(*messages)

    try:
        answers = hold(after_the_servers_have_gone)
    finally:
        stack.pgbouncer.reconnect()
    assert answers == ("E(FATAL 57P01 terminating connection due to administrator command) EOF", reply)
