"""Known differences of docs/guarantees.md in SQL-level PREPARE, EXECUTE and DEALLOCATE."""

from __future__ import annotations

import pytest

from tests.integration.differential.wire import SYNC, bind, describe, execute, parse, query

from .sessions import TABLE, Session, create_table

pytestmark = pytest.mark.timeout(60)

MIB = 1 << 20


def unknown(name: str) -> str:
    return f'E(ERROR 26000 prepared statement "{name}" does not exist)'


# ---------------------------------------------------------------- names that pgsidecar cannot see
def test_a_do_block_that_deallocates(hold):
    def deallocated(session, elsewhere):
        session.prepare("n", "select 1")
        session.query("do $$ begin execute 'deallocate all'; end $$")
        return session.run("n")

    assert hold(deallocated) == (f"{unknown('n')} ZI", "2 D(1) C'SELECT 1' ZI")


def test_a_do_block_that_prepares(hold):
    def prepared(session, elsewhere):
        session.query("do $$ begin execute 'prepare in_a_block as select 1'; end $$")
        return session.run("in_a_block")

    assert hold(prepared) == ("2 D(1) C'SELECT 1' ZI", f"{unknown('in_a_block')} ZI")


def test_a_do_block_that_executes_meets_what_another_client_has_left(hold, stack):
    def executed(session, elsewhere):
        other = Session(session.port)
        other.prepare("n", "select 'of another client'")
        for _ in range(2 * stack.pgbouncer.pool_size):  # on every server of the pool
            other.query("execute n")
        other.close()
        session.prepare("n", "select 'my own'")
        block = "declare x text; begin execute 'execute n' into x; raise notice '%', x; end"
        return session.query(f"do $$ {block} $$")

    answers = hold(executed)
    assert answers == ("N(NOTICE 00000 my own) C'DO' ZI", "N(NOTICE 00000 of another client) C'DO' ZI")


def test_the_catalogue_does_not_show_them(hold):
    def listed(session, elsewhere):
        session.prepare("not_on_any_server", "select 1")
        return session.query("select count(*) from pg_prepared_statements where name = 'not_on_any_server'")

    answers = hold(listed)
    assert answers == ("T(count:20) D(1) C'SELECT 1' ZI", "T(count:20) D(0) C'SELECT 1' ZI")


def test_long_texts_that_name_a_statement_are_refused(hold):
    def deallocated(session, elsewhere):
        session.prepare("long", "select 1")
        return session.query("deallocate long" + " " * MIB), session.run("long")

    answers = hold(deallocated)
    assert answers.direct == ("C'DEALLOCATE' ZI", f"{unknown('long')} ZI")
    assert answers.proxied == (
        "E(ERROR 54000 query string is too long for PREPARE, EXECUTE and DEALLOCATE) ZI",
        "2 D(1) C'SELECT 1' ZI",
    )


@pytest.mark.parametrize(
    "setting, literal",
    [("standard_conforming_strings = off", rb"'\''"), ("client_encoding = 'SJIS'", b"E'\x83\\'")],
    ids=["standard_conforming_strings", "client_encoding"],
)
def test_literals_are_read_as_the_server_reads_them(hold, setting, literal):
    """A backslash that escapes, or that is half of a character, does not hide what stands behind it."""

    def deallocated(session, elsewhere):
        session.prepare("hidden", "select 1")
        session.query(f"begin; set local {setting}; set local escape_string_warning = off")
        return session.query(b"select %s; deallocate hidden" % literal).split(" C'SELECT 1' ")[1]

    answers = hold(deallocated)
    assert answers == ("C'DEALLOCATE' ZT", "C'DEALLOCATE' ZT")


def test_names_that_cannot_be_told_are_refused(hold):
    name = 'U&"' + "a" * 2000 + '"'

    def deallocated(session, elsewhere):
        session.prepare("a" * 63, "select 1")
        return session.query(f"deallocate {name}").split(" ")[-2:]

    answers = hold(deallocated)
    assert answers.direct == ["C'DEALLOCATE'", "ZI"]
    assert answers.proxied[-1] == "ZI" and answers.proxied != answers.direct


def test_a_chain_of_executes_is_followed_eight_deep(hold, stack):
    def end_of_the_chain(session, elsewhere):
        session.prepare("n0", "select 'the end'")
        for i in range(1, 12):
            session.prepare(f"n{i}", f"execute n{i - 1}")
        stack.pgbouncer.reconnect()  # Parse of an EXECUTE has left the name on a server
        return session.run("n7"), session.run("n11")

    found = "2 D(the end) C'SELECT 1' ZI"
    direct, (seventh, eleventh) = hold(end_of_the_chain)
    assert direct == (found, found)
    assert seventh == found
    assert "ERROR" in eleventh and "the end" not in eleventh, "the ninth has been refused with 54001"


# ---------------------------------------------------------------- strings of several statements
def test_execute_behind_the_end_of_a_failed_transaction(hold):
    def executed(session, elsewhere):
        session.prepare("n", "select 1")
        session.query("begin")
        session.query("select 1/0")
        return session.query("rollback; execute n"), session.query("rollback; select 2")

    answers = hold(executed)
    assert answers.direct[0] == "C'ROLLBACK' T(?column?:23) D(1) C'SELECT 1' ZI"
    refused = "EXECUTE cannot follow the end of a failed transaction in the same query string"
    still_works = "C'ROLLBACK' T(?column?:23) D(2) C'SELECT 1' ZI"
    assert answers.proxied == (f"E(ERROR 0A000 {refused}) ZE", still_works)


TOO_LATE = "E(ERROR 25001 SET TRANSACTION ISOLATION LEVEL must be called before any query) ZI"
NO_TABLE = f'E(ERROR 42P01 relation "{TABLE}" does not exist) ZI'
OTHER_SHAPE = "E(ERROR 0A000 cached plan must not change result type) ZI"


@pytest.mark.parametrize(
    "before, string, refused",
    [
        ("select 1", "begin isolation level serializable; execute n; commit", TOO_LATE),
        (f"drop table {TABLE}", f"create table {TABLE} (a int); execute n", NO_TABLE),
        (f"alter table {TABLE} add b int", f"alter table {TABLE} drop b; execute n", OTHER_SHAPE),
    ],
    ids=["isolation level", "table", "shape"],
)
def test_a_string_is_judged_before_its_first_statement(hold, before, string, refused):
    def executed(session, elsewhere):
        create_table(elsewhere)
        session.prepare("n", f"select * from {TABLE}")
        elsewhere.query(before)
        return session.query(string)

    answers = hold(executed)
    assert "T(a:23) C'SELECT 0'" in answers.direct
    assert answers.proxied == refused


# ---------------------------------------------------------------- a PREPARE that is not a Query of its own
@pytest.mark.parametrize(
    "messages",
    [
        [query(f"select 1; prepare n as select * from {TABLE}".encode())],
        [parse(b"", f"prepare n as select * from {TABLE}".encode()), bind(b"", b""), execute(), SYNC],
    ],
    ids=["string", "extended"],
)
def test_the_shape_is_learned_at_the_first_use(hold, messages):
    def executed(session, elsewhere):
        create_table(elsewhere)
        session.ask(*messages)
        elsewhere.query(f"alter table {TABLE} add b int")
        return session.query("execute n")

    assert hold(executed) == (OTHER_SHAPE, "T(a:23, b:23) C'SELECT 0' ZI")


def test_types_that_are_not_declared_are_learned_at_the_first_use(hold):
    def described(session, elsewhere):
        create_table(elsewhere)
        session.query(f"select 1; prepare n as select a from {TABLE} where a = $1")
        elsewhere.query(f"alter table {TABLE} alter a type bigint")
        return session.ask(describe(b"S", b"n"), SYNC)

    answers = hold(described)
    assert answers.direct == "t[23] E(ERROR 0A000 cached plan must not change result type) ZI"
    assert answers.proxied == "t[20] T(a:20) ZI"
