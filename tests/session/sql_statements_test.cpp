#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §7: PREPARE, EXECUTE, DEALLOCATE and DISCARD ALL share one name space with Parse.
namespace pgsidecar::test {
namespace {

const std::string unknown = be::error("26000", "prepared statement \"n\" does not exist");
const std::string selected =
    be::row_description(one_column) + be::data_row({"1"}) + be::command_complete("SELECT 1");
const std::string put_empty = fe::close_statement("n") + fe::parse("n", "");
const std::string was_put = be::close_complete() + be::parse_complete();

std::string blanks(std::size_t n) { return std::string(n, ' '); }

conversation knows_n(birth b = {.columns = one_column}) {
    return conversation().knows("n", "select 1", std::move(b));
}

/// The client has `n` no more.
conversation& expect_forgotten(conversation& c) {
    return c.client_sends({fe::bind("n"), fe::sync()})
        .server_gets({fe::close_statement("n"), fe::bind("n"), fe::sync()})
        .server_sends({be::close_complete(), unknown, be::ready('I')})
        .client_gets({unknown, be::ready('I')});
}

/// The client still has `n`, select 1.
conversation& expect_known(conversation& c, const std::string& sql = "select 1") {
    return c.client_sends({fe::describe_statement("n"), fe::sync()})
        .server_gets({fe::parse("", sql), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::description(one_column), be::ready('I')});
}

/// A Query that needs something in front of it, and does not wait for that.
conversation& query(conversation& c, const std::string& in_front, const std::string& swallowed,
                    const std::string& text, const std::string& answer) {
    return c.client_sends({fe::query(text)})
        .server_gets({in_front, fe::query(text)})
        .server_sends({swallowed, answer})
        .client_gets({answer});
}

TEST(SqlDeallocate, OfAKnownNameIsNatural) {
    auto c = knows_n();
    query(c, put_empty, was_put, "DEALLOCATE n", be::command_complete("DEALLOCATE") + be::ready('I'));
    expect_forgotten(c).check();
}

TEST(SqlDeallocate, WritesOfTheName) {
    for (const char* text :
         {"deallocate N", "DEALLOCATE PREPARE n;", "DEALLOCATE \"n\"", "-- c\n deallocate /* c */ n"}) {
        auto c = knows_n();
        query(c, put_empty, was_put, text, be::command_complete("DEALLOCATE") + be::ready('I'));
        expect_forgotten(c).check();
    }
}

TEST(SqlDeallocate, ThatFailsChangesNothing) {
    auto c = knows_n();
    c.in_failed_block();
    query(c, put_empty, was_put, "DEALLOCATE n", be::error("25P02", "aborted") + be::ready('E'));
    c.passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')});
    expect_known(c).check();
}

TEST(SqlDeallocate, SurvivesRollback) {
    auto c = knows_n();
    c.in_block();
    query(c, put_empty, was_put, "DEALLOCATE n", be::command_complete("DEALLOCATE") + be::ready('T'));
    c.passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')});
    expect_forgotten(c).check();
}

TEST(SqlDeallocate, OfAnUnknownNameFailsNaturally) {
    conversation c;
    query(c, fe::close_statement("n"), be::close_complete(), "DEALLOCATE n", unknown + be::ready('I'));
    c.check();
}

TEST(SqlDeallocate, AllEmptiesTheTableInOrder) {
    for (const char* text :
         {"DEALLOCATE ALL", "deallocate prepare all;", "DISCARD ALL", "Discard /**/ All"}) {
        auto c = knows_n();
        c.passes({fe::query(text)}, {be::command_complete("whatever"), be::ready('I')});
        expect_forgotten(c).check();
    }
}

TEST(SqlDeallocate, AllThatFailsEmptiesNothing) {  // E7
    auto c = knows_n();
    c.in_block().passes(
        {fe::query("DISCARD ALL")},
        {be::error("25001", "DISCARD ALL cannot run inside a transaction block"), be::ready('E')});
    c.passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')});
    expect_known(c).check();
}

TEST(SqlDeallocate, AllOnTheWireSparesWhatIsParsedBehindIt) {
    const std::string all = fe::parse("", "DEALLOCATE ALL") + fe::bind("") + fe::execute();
    const std::string done =
        be::parse_complete() + be::bind_complete() + be::command_complete("DEALLOCATE ALL");
    auto c = knows_n();
    c.client_sends({all, fe::parse("m", "select 1"), fe::sync()})
        .server_gets({all, fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()})
        .server_sends({done, be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({done, be::parse_complete(), be::ready('I')});
    expect_forgotten(c)
        .client_sends({fe::bind("m"), fe::sync()})
        .server_gets({fe::parse("", "select 1"), fe::describe_statement(""), fe::bind(""), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::description(one_column), be::bind_complete(), be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

TEST(SqlDeallocate, AllOnTheWireThatFailsIsTakenBack) {
    const std::string all = fe::parse("", "DISCARD ALL") + fe::bind("") + fe::execute();
    const auto failed = be::error("25001", "DISCARD ALL cannot be executed within a pipeline");
    auto c = knows_n();
    c.client_sends({all, fe::sync()})
        .server_gets({all, fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), failed, be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), failed, be::ready('I')});
    expect_known(c).check();
}

/// The segment of a lone PREPARE of a new name.
std::string prepare_alone(const std::string& text) {
    return fe::close_statement("n") + fe::parse("", text) + fe::bind("") + fe::execute() +
           fe::close_portal("") + fe::describe_statement("n") + fe::close_statement("n") + fe::sync();
}

TEST(SqlPrepare, AloneLearnsTypesAndShape) {
    conversation()
        .client_sends({fe::query("PREPARE n(int) AS select $1")})
        .server_gets({prepare_alone("PREPARE n(int) AS select $1")})
        .server_sends({be::close_complete(), be::parse_complete(), be::bind_complete(),
                       be::command_complete("PREPARE"), be::close_complete(),
                       be::description(one_column, {type::int4}), be::close_complete(), be::ready('I')})
        .client_gets({be::command_complete("PREPARE"), be::ready('I')})
        // a wire Bind parses the text behind AS, with blanks in front so that positions hold
        .client_sends({fe::bind("n", {.values = {"1"}}), fe::sync()})
        .server_gets({fe::parse("", "                  select $1", {type::int4}), fe::describe_statement(""),
                      fe::bind("", {.values = {"1"}}), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column, {type::int4}), be::bind_complete(),
                       be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

TEST(SqlPrepare, AloneThatFailsLeavesNothing) {
    const auto syntax = be::error("42601", "syntax error", {{'P', "14"}});
    const auto no_column = be::error("42703", "column \"a\" does not exist", {{'P', "21"}});
    conversation c;
    c.client_sends({fe::query("PREPARE n AS select a")})
        .server_gets({prepare_alone("PREPARE n AS select a")})
        .server_sends(
            {be::close_complete(), be::parse_complete(), be::bind_complete(), no_column, be::ready('I')})
        .client_gets({no_column, be::ready('I')});
    expect_forgotten(c).check();

    conversation d;
    d.client_sends({fe::query("PREPARE n AS selec")})
        .server_gets({prepare_alone("PREPARE n AS selec")})
        .server_sends({be::close_complete(), syntax, be::ready('I')})
        .client_gets({syntax, be::ready('I')});
    expect_forgotten(d).check();
}

TEST(SqlPrepare, ItsOwnNoticesAreShown) {  // E5: 42622, once
    const std::string name(70, 'x'), cut(63, 'x'), text = "PREPARE " + name + " AS select 1";
    const auto notice = be::notice("42622", "identifier will be truncated");
    conversation()
        .client_sends({fe::query(text)})
        .server_gets({fe::close_statement(cut), fe::parse("", text), fe::bind(""), fe::execute(),
                      fe::close_portal(""), fe::describe_statement(cut), fe::close_statement(cut),
                      fe::sync()})
        .server_sends({be::close_complete(), notice, be::parse_complete(), be::bind_complete(),
                       be::command_complete("PREPARE"), be::close_complete(), be::description(one_column),
                       be::close_complete(), be::ready('I')})
        .client_gets({notice, be::command_complete("PREPARE"), be::ready('I')})
        .check();
}

TEST(SqlPrepare, OfANameInUseFailsNaturally) {
    auto c = knows_n();
    query(c, put_empty, was_put, "PREPARE n AS select 2",
          be::error("42P05", "already exists") + be::ready('I'));
    expect_known(c).check();
}

TEST(SqlPrepare, InAFailedBlockIsNatural) {
    conversation c;
    c.in_failed_block();
    query(c, fe::close_statement("n"), be::close_complete(), "PREPARE n AS select 1",
          be::error("25P02", "aborted") + be::ready('E'));
    c.passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')});
    expect_forgotten(c).check();
}

TEST(SqlPrepare, OfPrepareTransactionIsNone) {
    conversation()
        .passes({fe::query("PREPARE TRANSACTION 'x'")},
                {be::command_complete("PREPARE TRANSACTION"), be::ready('I')})
        .check();
}

/// EXECUTE in its many forms.
TEST(SqlExecute, PutsTheStatementInFrontAndWaits) {
    for (const char* text :
         {"EXECUTE n", "execute N ( ) ", "EXPLAIN EXECUTE n", "EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE n",
          "explain analyze verbose execute n", "CREATE TABLE u AS EXECUTE n",
          "CREATE TEMP TABLE IF NOT EXISTS u (a, b) AS EXECUTE n", "EXPLAIN CREATE TABLE u AS EXECUTE n",
          "/* a comment */ EXECUTE \"n\" -- another"}) {
        SCOPED_TRACE(text);
        auto c = knows_n();
        c.client_sends({fe::query(text)})
            .server_gets({fe::close_statement("n"), fe::parse("n", "select 1"), fe::describe_statement("n"),
                          fe::flush()})
            .server_sends({was_put, be::description(one_column)})
            .client_gets({})
            .server_gets({fe::query(text)})
            .server_sends({selected, be::ready('I')})
            .client_gets({selected, be::ready('I')});
        expect_known(c).check();
    }
}

TEST(SqlExecute, UsesTheTypesOfBirth) {
    conversation()
        .knows("n", "update t set a = $1", {.types = {type::int8}})
        .client_sends({fe::query("EXECUTE n(1)")})
        .server_gets(
            {fe::close_statement("n"), fe::parse("n", "update t set a = $1", {type::int8}), fe::flush()})
        .server_sends({was_put})
        .server_gets({fe::query("EXECUTE n(1)")})
        .server_sends({be::command_complete("UPDATE 1"), be::ready('I')})
        .client_gets({be::command_complete("UPDATE 1"), be::ready('I')})
        .check();
}

TEST(SqlExecute, OfAnUnknownNameFailsNaturally) {
    conversation c;
    query(c, fe::close_statement("n"), be::close_complete(), "EXECUTE n", unknown + be::ready('I'));
    c.check();
}

TEST(SqlExecute, InAFailedBlockNeverPutsTheRealText) {
    auto c = knows_n();
    c.in_failed_block();
    query(c, put_empty, was_put, "EXECUTE n", be::error("25P02", "aborted") + be::ready('E'));
    c.passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')}).check();
}

TEST(SqlExecute, WhoseStatementCannotBeParsedAnyMore) {
    const auto gone = be::error("42P01", "relation does not exist");
    auto c = knows_n();
    c.client_sends({fe::query("EXECUTE n"), fe::sync()})
        .server_gets(
            {fe::close_statement("n"), fe::parse("n", "select 1"), fe::describe_statement("n"), fe::flush()})
        .server_sends({be::close_complete(), gone})
        .client_gets({gone})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets(
            {be::ready('I'), be::ready('I')})  // that of the Query, and that of the lone Sync behind it
        .server_gets({});
    expect_known(c).check();
}

TEST(SqlExecute, WhoseShapeHasChanged) {
    const auto changed = be::error("0A000", "cached plan must not change result type",
                                   {{'F', "plancache.c"}, {'R', "RevalidateCachedQuery"}});
    auto c = knows_n();
    c.client_sends({fe::query("EXECUTE n")})
        .server_gets(
            {fe::close_statement("n"), fe::parse("n", "select 1"), fe::describe_statement("n"), fe::flush()})
        .server_sends({was_put, be::description({{"?column?", type::int8}})})
        .server_gets({fe::close_statement("psc_refuse"), fe::bind("psc_refuse"), fe::flush()})
        .server_sends({be::close_complete(), be::error("26000", "psc_refuse")})
        .client_gets({changed})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')});
    expect_known(c).check();
}

/// Natively it is executed, and any Query destroys the unnamed statement.
TEST(SqlExecute, OneThatFailsHereTakesTheUnnamedStatementAlong) {
    const auto refused = be::error("26000", "psc_refuse");
    const auto gone = be::error("26000", "unnamed prepared statement does not exist");
    auto c = knows_n();
    c.client_sends({fe::parse("", "select 2"), fe::sync()})
        .server_gets({fe::parse("", "select 2"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .client_sends({fe::query("EXECUTE n")})
        .server_gets(
            {fe::close_statement("n"), fe::parse("n", "select 1"), fe::describe_statement("n"), fe::flush()})
        .server_sends({was_put, be::description({{"?column?", type::int8}})})
        .server_gets({fe::close_statement("psc_refuse"), fe::bind("psc_refuse"), fe::flush()})
        .server_sends({be::close_complete(), refused})
        .client_gets({be::error("0A000", "cached plan must not change result type",
                                {{'F', "plancache.c"}, {'R', "RevalidateCachedQuery"}})})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .client_sends({fe::bind(""), fe::sync()})
        .server_gets({fe::close_statement(""), fe::bind(""), fe::sync()})
        .server_sends({be::close_complete(), gone, be::ready('I')})
        .client_gets({gone, be::ready('I')})
        .check();
}

TEST(SqlStrings, TheFirstUseOfANameDecides) {
    auto c = knows_n();
    query(c, put_empty, was_put, "DEALLOCATE n; PREPARE n AS select 2",
          be::command_complete("DEALLOCATE") + be::command_complete("PREPARE") + be::ready('I'));
    c.client_sends({fe::describe_statement("n"), fe::sync()})
        .server_gets({fe::parse("", blanks(26) + " select 2"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::description(one_column), be::ready('I')})
        .check();
    conversation d;
    query(d, fe::close_statement("n"), be::close_complete(), "PREPARE n AS select 1; EXECUTE n; DEALLOCATE n",
          be::command_complete("PREPARE") + selected + be::command_complete("DEALLOCATE") + be::ready('I'));
    expect_forgotten(d).check();
}

TEST(SqlStrings, EffectsHappenOneByOneAndSurviveALaterError) {
    const auto failed = be::error("22012", "division by zero");
    auto c = knows_n();
    c.client_sends({fe::query("select 1; deallocate n; prepare m as select 1; select 1/0; deallocate m")})
        .server_gets({put_empty, fe::close_statement("m"),
                      fe::query("select 1; deallocate n; prepare m as select 1; select 1/0; deallocate m")})
        .server_sends({was_put, be::close_complete(), selected, be::command_complete("DEALLOCATE"),
                       be::command_complete("PREPARE"), failed, be::ready('I')})
        .client_gets({selected, be::command_complete("DEALLOCATE"), be::command_complete("PREPARE"), failed,
                      be::ready('I')});
    expect_forgotten(c)
        .client_sends({fe::bind("m"), fe::sync()})
        .server_gets({fe::parse("", blanks(36) + " select 1"), fe::bind(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

TEST(SqlStrings, DeclaredTypesAreLearnedAtTheNextUse) {
    const std::string text = "select 1; prepare n(int, text) as select $1, $2";
    const fe::binding two{.values = {"1", "2"}};
    const columns both{{"a", type::int4}, {"b", type::text}};
    conversation()
        .client_sends({fe::query(text)})
        .server_gets({fe::close_statement("n"), fe::query(text)})
        .server_sends({be::close_complete(), selected, be::command_complete("PREPARE"), be::ready('I')})
        .client_gets({selected, be::command_complete("PREPARE"), be::ready('I')})
        .client_sends({fe::bind("n", two), fe::sync()})
        .server_gets({fe::parse("", "SELECT $1::int, $2:: text"), fe::describe_statement(""), fe::flush()})
        .server_sends({be::parse_complete(), be::description(both, {type::int4, type::text})})
        .client_gets({})
        .server_gets({fe::parse("", blanks(33) + " select $1, $2", {type::int4, type::text}),
                      fe::bind("", two), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

/// The statement under its name; where it runs, its shape is looked at.
std::string put(const std::string& name, const std::string& sql) {
    return fe::close_statement(name) + fe::parse(name, sql);
}
const std::string put_n = put("n", "select 1"), put_and_checked = put_n + fe::describe_statement("n");
const std::string was_checked = was_put + be::description(one_column);

TEST(SqlOnTheWire, ExecuteNeedsItsNameAtEveryStep) {
    auto c = knows_n();
    c.client_sends({fe::parse("", "EXECUTE n"), fe::describe_statement(""), fe::bind(""),
                    fe::describe_portal(), fe::execute(), fe::sync()})
        .server_gets({put_n, fe::parse("", "EXECUTE n"), put_n, fe::describe_statement(""), put_n,
                      fe::bind(""), fe::describe_portal(), put_and_checked, fe::flush()})
        .server_sends({was_put, be::parse_complete(), was_put, be::description(one_column), was_put,
                       be::bind_complete(), be::row_description(one_column), was_checked})
        .client_gets({be::parse_complete(), be::description(one_column), be::bind_complete(),
                      be::row_description(one_column)})
        .server_gets({fe::execute(), fe::sync()})
        .server_sends({be::data_row({"1"}), be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::data_row({"1"}), be::command_complete("SELECT 1"), be::ready('I')});
    expect_known(c).check();
}

TEST(SqlOnTheWire, ExecuteWhoseShapeHasChangedFailsWhenItRuns) {
    const auto changed = be::error("0A000", "cached plan must not change result type",
                                   {{'F', "plancache.c"}, {'R', "RevalidateCachedQuery"}});
    auto c = knows_n();
    c.client_sends({fe::parse("", "EXECUTE n"), fe::bind(""), fe::execute(), fe::sync()})
        .server_gets({put_n, fe::parse("", "EXECUTE n"), put_n, fe::bind(""), put_and_checked, fe::flush()})
        .server_sends(
            {was_put, be::parse_complete(), was_put, be::bind_complete(), was_put, be::description({})})
        .client_gets({be::parse_complete(), be::bind_complete()})
        .server_gets({fe::close_statement("psc_refuse"), fe::bind("psc_refuse"), fe::execute(), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "psc_refuse"), be::ready('I')})
        .client_gets({changed, be::ready('I')});
    expect_known(c).check();
}

/// Its arguments are counted first, and only where the statement has parameters.
TEST(SqlExecute, WithAnotherNumberOfArgumentsFailsBeforeItsShapeIsLookedAt) {
    const auto wrong_number = be::error("42601", "wrong number of parameters for prepared statement \"n\"");
    conversation()
        .knows("n", "select $1", {.types = {type::int4}, .columns = one_column})
        .client_sends({fe::query("EXECUTE n")})
        .server_gets({fe::close_statement("n"), fe::parse("n", "select $1", {type::int4}), fe::flush()})
        .server_sends({was_put})
        .client_gets({})
        .server_gets({fe::query("EXECUTE n")})
        .server_sends({wrong_number, be::ready('I')})
        .client_gets({wrong_number, be::ready('I')})
        .check();
}

/// Then nobody looks at the shape of what it would have executed itself.
TEST(SqlExecute, OfAnExecuteWithAnotherNumberOfArguments) {
    const auto wrong_number = be::error("42601", "wrong number of parameters for prepared statement \"m\"");
    const std::vector<oid> one{type::int4};
    auto c = knows_n();
    c.client_sends({fe::parse("m", "EXECUTE n", one), fe::sync()})
        .server_gets({put_n, fe::parse("", "EXECUTE n", one), fe::describe_statement(""), fe::sync()})
        .server_sends({was_put, be::parse_complete(), be::description(one_column, one), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .client_sends({fe::query("EXECUTE m")})
        .server_gets({put_n, fe::close_statement("m"), fe::parse("m", "EXECUTE n", one), fe::flush()})
        .server_sends({was_put, was_put})
        .client_gets({})
        .server_gets({fe::query("EXECUTE m")})
        .server_sends({wrong_number, be::ready('I')})
        .client_gets({wrong_number, be::ready('I')})
        .check();
}

TEST(SqlOnTheWire, AnotherStatementsShapeDoesNotCount) {
    const std::string put_m = put("m", "select 2");
    auto c = knows_n();
    c.knows("m", "select 2", {.columns = one_column})
        .client_sends({fe::parse("", "EXECUTE m"), fe::bind("", {.portal = "p"}), fe::flush()})
        .server_gets({put_m, fe::parse("", "EXECUTE m"), put_m, fe::bind("", {.portal = "p"}), fe::flush()})
        .server_sends({was_put, be::parse_complete(), was_put, be::bind_complete()})
        .client_gets({be::parse_complete(), be::bind_complete()})
        .client_sends({fe::parse("", "EXECUTE n"), fe::bind(""), fe::execute("p"), fe::sync()})
        .server_gets({put_n, fe::parse("", "EXECUTE n"), put_n, fe::bind(""), put_m,
                      fe::describe_statement("m"), fe::flush()})
        .server_sends({was_put, be::parse_complete(), was_put, be::bind_complete(), was_checked})
        .client_gets({be::parse_complete(), be::bind_complete()})
        .server_gets({fe::execute("p"), fe::sync()})
        .server_sends({be::data_row({"2"}), be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::data_row({"2"}), be::command_complete("SELECT 1"), be::ready('I')})
        .check();
}

TEST(SqlOnTheWire, ExecuteOfAnUnknownNameFailsOnlyWhenItRuns) {  // E3
    const std::string gone = fe::close_statement("n");
    conversation()
        .client_sends(
            {fe::parse("", "EXECUTE n"), fe::bind(""), fe::describe_portal(), fe::execute(), fe::sync()})
        .server_gets({gone, fe::parse("", "EXECUTE n"), gone, fe::bind(""), fe::describe_portal(), gone,
                      fe::execute(), fe::sync()})
        .server_sends({be::close_complete(), be::parse_complete(), be::close_complete(), be::bind_complete(),
                       be::no_data(), be::close_complete(), unknown, be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), be::no_data(), unknown, be::ready('I')})
        .check();
}

TEST(SqlOnTheWire, DeallocateNeedsItsNameWhenItRuns) {
    const std::string prepared = fe::parse("", "DEALLOCATE n") + fe::bind("");
    auto c = knows_n();
    c.client_sends({prepared, fe::execute(), fe::sync()})
        .server_gets({prepared, put_empty, fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), was_put, be::command_complete("DEALLOCATE"),
                       be::ready('I')})
        .client_gets(
            {be::parse_complete(), be::bind_complete(), be::command_complete("DEALLOCATE"), be::ready('I')});
    expect_forgotten(c).check();
}

TEST(SqlOnTheWire, PrepareNeedsItsNameFreeWhenItRuns) {
    const std::string text = "PREPARE n AS select 2", prepared = fe::parse("", text) + fe::bind("");
    const std::string bound = be::parse_complete() + be::bind_complete();
    conversation c;
    c.client_sends({prepared, fe::execute(), fe::sync()})
        .server_gets({prepared, fe::close_statement("n"), fe::execute(), fe::sync()})
        .server_sends({bound, be::close_complete(), be::command_complete("PREPARE"), be::ready('I')})
        .client_gets({bound, be::command_complete("PREPARE"), be::ready('I')})
        .client_sends({prepared, fe::execute(), fe::sync()})
        .server_gets({prepared, put_empty, fe::execute(), fe::sync()})
        .server_sends({bound, was_put, be::error("42P05", "exists"), be::ready('I')})
        .client_gets({bound, be::error("42P05", "exists"), be::ready('I')})
        .client_sends({fe::bind("n"), fe::sync()})
        .server_gets({fe::parse("", blanks(12) + " select 2"), fe::bind(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

TEST(SqlOnTheWire, PortalsAreKnownByTheirStatement) {
    auto c = knows_n();
    c.knows("d", "DEALLOCATE n")
        .in_block()
        .client_sends({fe::bind("d", {.portal = "p"}), fe::parse("", "select 2"), fe::bind(""), fe::execute(),
                       fe::execute("p"), fe::sync()})
        .server_gets({fe::parse("", "DEALLOCATE n"), fe::bind("", {.portal = "p"}), fe::parse("", "select 2"),
                      fe::bind(""), fe::execute(), put_empty, fe::execute("p"), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::parse_complete(), be::bind_complete(),
                       be::command_complete("SELECT 1"), was_put, be::command_complete("DEALLOCATE"),
                       be::ready('T')})
        .client_gets({be::bind_complete(), be::parse_complete(), be::bind_complete(),
                      be::command_complete("SELECT 1"), be::command_complete("DEALLOCATE"), be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')});
    expect_forgotten(c).check();
}

}  // namespace
}  // namespace pgsidecar::test
