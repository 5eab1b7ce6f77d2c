#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §4: a statement parsed again whose rows look different is refused as PostgreSQL does.
namespace pgsidecar::test {
namespace {

const columns birth_shape{{"a", type::varchar, 9}, {"b", type::int4}};
const std::string changed = be::error("0A000", "cached plan must not change result type",
                                      {{'F', "plancache.c"}, {'R', "RevalidateCachedQuery"}});
const std::string forced_failure = fe::close_statement("psc_refuse") + fe::bind("psc_refuse");
const std::string refused =
    be::close_complete() + be::error("26000", "prepared statement \"psc_refuse\" does not exist");
/// In a block the portal whose Bind has failed stays, without a query.
const std::string undone = fe::close_portal("") + fe::parse("", "") + fe::bind("") + forced_failure;
const std::string was_undone = be::close_complete() + be::parse_complete() + be::bind_complete() + refused;
const std::string reads = "select * from t", writes = "insert into t values (1) returning *";

/// A code for each of the two columns.
std::string guarded_bind(const std::string& name) { return fe::bind(name, {.result_formats = {0, 0}}); }

std::string checked_bind(const std::string& sql) {
    return fe::parse("", sql) + fe::describe_statement("") + guarded_bind("");
}
/// The same under a name of ours.
std::string checked_bind_at(const std::string& name, const std::string& sql) {
    return fe::close_statement(name) + fe::parse(name, sql) + fe::describe_statement(name) +
           guarded_bind(name);
}
/// Where the commit waits, the Flush does not stand behind what takes time.
const std::string checked_write =
    fe::parse("", writes) + fe::describe_statement("") + fe::flush() + guarded_bind("");

conversation knows(const std::string& sql) {
    return conversation().knows("a", sql, {.columns = birth_shape});
}
conversation knows_rows() { return knows(reads); }

/// The server's answer to the re-Parse, its Describe and the Bind.
std::string bound_with(const columns& shape) {
    return be::parse_complete() + be::description(shape) + be::bind_complete();
}
const std::string ran = be::data_row({"x", "1"}) + be::command_complete("SELECT 1");
const std::string inserted = be::data_row({"x", "1"}) + be::command_complete("INSERT 0 1");

TEST(ShapeCheck, AQueryThatOnlyReadsWaitsForNothing) {
    knows_rows()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind(reads), fe::execute(), fe::sync()})
        .server_sends({bound_with(birth_shape), ran, be::ready('I')})
        .client_gets({be::bind_complete(), ran, be::ready('I')})
        .check();
}

TEST(ShapeCheck, ItsRowsAreNotShownWhenTheShapeHasChanged) {
    for (const columns& now : {columns{}, one_column})
        knows_rows()
            .client_sends({fe::bind("a"), fe::describe_portal(), fe::execute("", 1), fe::execute(),
                           fe::close_portal(""), fe::sync()})
            .server_gets({checked_bind(reads), fe::describe_portal(), fe::execute("", 1), fe::execute(),
                          fe::close_portal(""), fe::sync()})
            .server_sends({bound_with(now)})
            .client_gets({changed})
            .server_sends({be::row_description(one_column), be::data_row({"1"}), be::portal_suspended(),
                           be::notice("00000", "n"), be::data_row({"1"}), be::command_complete("SELECT 1"),
                           be::close_complete(), be::ready('I')})
            .client_gets({be::ready('I')})
            .check();
}

TEST(ShapeCheck, AnErrorBehindTheChangeIsNotShownEither) {
    knows_rows()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind(reads), fe::execute(), fe::sync()})
        .server_sends({bound_with(one_column), be::error("22012", "division by zero"), be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .check();
}

TEST(ShapeCheck, WhatIsPassingWhenTheChangeIsSeenStaysWhole) {
    const std::string row = be::data_row({std::string(100, 'x'), "1"});
    knows_rows()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind(reads), fe::execute(), fe::sync()})
        .server_sends({bound_with(one_column), row.substr(0, 50)})
        .client_gets({changed})
        .server_sends({row.substr(50), be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, ABindAloneIsNotFlushed) {
    knows_rows()
        .client_sends({fe::bind("a")})
        .server_gets({checked_bind(reads)})
        .client_sends({fe::flush()})
        .server_gets({fe::flush()})
        .server_sends({bound_with(one_column)})
        .client_gets({changed})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({refused, be::ready('I')})
        .client_sends({fe::sync()})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, ACommitWaitsForTheVerdict) {
    knows(writes)
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_write, fe::execute()})
        .server_sends({be::parse_complete(), be::description(birth_shape)})
        .client_gets({})
        .server_gets({fe::sync()})
        .server_sends({be::bind_complete(), inserted, be::ready('I')})
        .client_gets({be::bind_complete(), inserted, be::ready('I')})
        .check();
}

TEST(ShapeCheck, AndDoesNotComeWhenTheShapeHasChanged) {
    knows(writes)
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_write, fe::execute()})
        .server_sends({be::parse_complete(), be::description(one_column)})
        .server_gets({fe::flush()})  // an error of the Bind comes first
        .server_sends({be::bind_complete()})
        .client_gets({changed})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({be::data_row({"1"}), be::command_complete("INSERT 0 1"), refused, be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, NorForWhatElseTheSegmentHasDone) {
    const std::string insert = fe::parse("", "insert into t") + fe::bind("") + fe::execute();
    const std::string done = be::parse_complete() + be::bind_complete() + be::command_complete("INSERT 0 1");
    knows_rows()
        .client_sends({insert, fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({insert, checked_bind(reads), fe::execute(), fe::flush()})
        .server_sends({done, bound_with(one_column)})
        .client_gets({done, changed})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({be::data_row({"1"}), be::command_complete("SELECT 1"), refused, be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, InABlockNothingWaits) {
    knows(writes)
        .in_block()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind(writes), fe::execute(), fe::sync()})
        .server_sends({bound_with(birth_shape), inserted, be::ready('T')})
        .client_gets({be::bind_complete(), inserted, be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, AndTheBlockFailsBehindTheSyncThatWasSent) {
    knows(writes)
        .in_block()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync(), fe::query("COMMIT")})
        .server_gets({checked_bind(writes), fe::execute(), fe::sync()})
        .server_sends({bound_with(one_column), inserted, be::ready('T')})
        .client_gets({changed})
        .server_gets({undone, fe::sync()})
        .server_sends({was_undone, be::ready('E')})
        .client_gets({be::ready('E')})
        .server_gets({fe::query("COMMIT")})
        .server_sends({be::command_complete("ROLLBACK"), be::ready('I')})
        .client_gets({be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, NotTwiceWhenItHasFailedByItself) {
    knows(writes)
        .in_block()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind(writes), fe::execute(), fe::sync()})
        .server_sends({bound_with(one_column), be::error("23505", "duplicate key"), be::ready('E')})
        .client_gets({changed, be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, WhatIsNoQueryWaits) {
    const std::string commit = fe::parse("", "COMMIT") + fe::bind("");
    for (const bool same : {true, false}) {
        auto c = knows(writes);
        c.in_block()
            .client_sends({fe::bind("a"), fe::execute(), commit, fe::execute(), fe::sync()})
            .server_gets({checked_bind(writes), fe::execute(), commit, fe::flush()})
            .server_sends({bound_with(same ? birth_shape : one_column)});
        if (same)
            c.client_gets({be::bind_complete()})
                .server_gets({fe::execute(), fe::sync()})
                .server_sends({inserted, be::parse_complete(), be::bind_complete(),
                               be::command_complete("COMMIT"), be::ready('I')})
                .client_gets({inserted, be::parse_complete(), be::bind_complete(),
                              be::command_complete("COMMIT"), be::ready('I')});
        else
            c.client_gets({changed})
                .server_gets({undone, fe::sync()})
                .server_sends(
                    {inserted, be::parse_complete(), be::bind_complete(), was_undone, be::ready('E')})
                .client_gets({be::ready('E')})
                .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')});
        c.check();
    }
}

TEST(ShapeCheck, WhatWasParsedBehindTheChangeIsNotThere) {
    knows_rows()
        .client_sends({fe::bind("a"), fe::execute(), fe::parse("b", "update t"), fe::sync()})
        .server_gets({checked_bind(reads), fe::execute(), fe::parse("", "update t"),
                      fe::describe_statement(""), fe::sync()})
        .server_sends({bound_with(one_column), be::data_row({"1"}), be::command_complete("SELECT 1"),
                       be::parse_complete(), be::description({}), be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .client_sends({fe::bind("b"), fe::sync()})
        .server_gets({fe::close_statement("b"), fe::bind("b"), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "b"), be::ready('I')})
        .client_gets({be::error("26000", "b"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, AlsoWhileItsFirstDescriptionIsOnItsWay) {
    const std::string alter = fe::bind("", {.portal = "p"}) + fe::execute("p");
    conversation()
        .client_sends({fe::parse("", reads), fe::parse("b", "alter table t"), fe::bind("b", {.portal = "p"}),
                       fe::execute("p"), fe::bind(""), fe::sync()})
        .server_gets({fe::parse("", reads), fe::describe_statement(""), fe::parse("", "alter table t"),
                      fe::describe_statement(""), alter, fe::parse("", reads), fe::describe_statement(""),
                      fe::bind(""), fe::flush()})
        .server_sends({be::parse_complete(), be::description(birth_shape), be::parse_complete(),
                       be::description({}), be::bind_complete(), be::command_complete("ALTER TABLE"),
                       bound_with(one_column)})
        .client_gets({be::parse_complete(), be::parse_complete(), be::bind_complete(),
                      be::command_complete("ALTER TABLE"), changed})
        .server_gets({undone, fe::sync()})
        .server_sends({was_undone, be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, AnotherNumberOfColumnsIsRefusedAtBindInEveryMode) {
    const std::string sql = "insert into t values ($1, $2) returning *";
    const std::vector<oid> types{type::text, type::text};
    const auto formats = be::error("08P01", "bind message has 2 result formats but query has 1 columns",
                                   {{'R', "PortalSetResultFormat"}});
    for (const std::vector<std::uint16_t>& codes : {std::vector<std::uint16_t>{}, {0}, {1}}) {
        fe::binding values{.values = {std::string("\0\1\0\0", 4), std::nullopt}, .result_formats = codes};
        fe::binding guarded = values;
        guarded.result_formats.assign(2, codes.empty() ? 0 : codes.front());
        conversation()
            .knows("a", sql, {.types = types, .columns = birth_shape})
            .result_shape_check(shape_check::off)
            .client_sends({fe::bind("a", values), fe::execute(), fe::sync()})
            .server_gets({fe::parse("", sql, types), fe::bind("", guarded), fe::execute(), fe::sync()})
            .server_sends({be::parse_complete(), formats, be::ready('I')})
            .client_gets({changed, be::ready('I')})
            .check();
    }
}

TEST(ShapeCheck, TheClientsOwnResultFormatsStay) {
    const auto bound = fe::bind("", {.result_formats = {1, 0}});
    const auto wrong = be::error("08P01", "bind message has 2 result formats but query has 1 columns",
                                 {{'R', "PortalSetResultFormat"}});
    knows_rows()
        .result_shape_check(shape_check::off)
        .client_sends({fe::bind("a", {.result_formats = {1, 0}}), fe::sync()})
        .server_gets({fe::parse("", reads), bound, fe::sync()})
        .server_sends({be::parse_complete(), wrong, be::ready('I')})
        .client_gets({wrong, be::ready('I')})
        .check();
}

TEST(ShapeCheck, OptimisticHoldsNoCommit) {
    knows(writes)
        .result_shape_check(shape_check::optimistic)
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind(writes), fe::execute(), fe::sync()})
        .server_sends({bound_with(birth_shape), inserted, be::ready('I')})
        .client_gets({be::bind_complete(), inserted, be::ready('I')})
        .check();
}

TEST(ShapeCheck, OptimisticDoesNotInviteToWriteTwice) {
    const auto unknown = be::error(
        "40003", "result type of the prepared statement has changed",
        {{'D', "The statement has been executed, and its transaction may have been committed."},
         {'H', "Prepare the statement again; result_shape_check: strict of pgsidecar fails it in time."}});
    for (const std::string& sql : {reads, writes})
        knows(sql)
            .result_shape_check(shape_check::optimistic)
            .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
            .server_gets({checked_bind(sql), fe::execute(), fe::sync()})
            .server_sends({bound_with(one_column), inserted, be::ready('I')})
            .client_gets({sql == reads ? changed : unknown, be::ready('I')})
            .check();
}

struct shape_case {
    std::string name;
    columns now;
    bool same;
};

TEST(ShapeCheck, ComparesNameTypeAndTypmodInOrder) {
    columns other_table = birth_shape;
    for (column& c : other_table) c.table = 16384;
    const std::vector<shape_case> cases{
        {"another table OID", other_table, true},
        {"another name", {{"c", type::varchar, 9}, {"b", type::int4}}, false},
        {"another type", {{"a", type::varchar, 9}, {"b", type::int8}}, false},
        {"another typmod", {{"a", type::varchar, 13}, {"b", type::int4}}, false},
        {"another order", {{"b", type::int4}, {"a", type::varchar, 9}}, false},
        {"a column more", {{"a", type::varchar, 9}, {"b", type::int4}, {"c", type::int4}}, false},
        {"a column less", {{"a", type::varchar, 9}}, false},
        {"no rows", {}, false},
    };
    for (const shape_case& one : cases) {
        SCOPED_TRACE(one.name);
        knows_rows()
            .client_sends({fe::bind("a"), fe::sync()})
            .server_gets({checked_bind(reads), fe::sync()})
            .server_sends({bound_with(one.now), be::ready('I')})
            .client_gets({one.same ? be::bind_complete() : changed, be::ready('I')})
            .check();
    }
}

TEST(ShapeCheck, MismatchFailsTheTransaction) {
    knows_rows()
        .in_block()
        .client_sends({fe::bind("a"), fe::execute(), fe::flush()})
        .server_gets({checked_bind(reads), fe::execute(), fe::flush()})
        .server_sends({bound_with({})})
        .client_gets({changed})
        .server_gets({undone, fe::sync()})
        .server_sends({be::command_complete("SELECT 0"), was_undone, be::ready('E')})
        .client_sends({fe::sync()})
        .client_gets({be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        // and again: the shape of birth stays
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind(reads), fe::sync()})
        .server_sends({bound_with({}), be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .check();
}

/// Natively the Bind that fails has made its portal, and has given it no query; those behind are skipped.
TEST(ShapeCheck, TheFailedBlockHasThePortalsThatItHasNatively) {
    const std::string p = "p", q = "q", empty = fe::parse("", "") + fe::bind("", {.portal = p});
    const auto guarded = fe::bind("", {.portal = p, .result_formats = {0, 0}});
    const auto closed = be::close_complete();
    for (const bool sync_sent : {true, false}) {
        const std::string end = sync_sent ? fe::sync() : fe::flush();
        auto c = knows_rows();
        c.in_block()
            .client_sends({fe::bind("a", {.portal = p}), fe::bind("a", {.portal = q}), end})
            .server_gets(
                {fe::parse("", reads), fe::describe_statement(""), guarded, fe::bind("", {.portal = q}), end})
            .server_sends({bound_with(one_column), be::bind_complete(), sync_sent ? be::ready('T') : ""})
            .client_gets({changed})
            .server_gets({fe::close_portal(q), fe::close_portal(p), empty, forced_failure, fe::sync()})
            .server_sends(
                {closed, closed, be::parse_complete(), be::bind_complete(), refused, be::ready('E')});
        if (!sync_sent) c.client_sends({fe::sync()});
        c.client_gets({be::ready('E')})
            .passes({fe::execute(q), fe::sync()}, {be::error("34000", "no portal"), be::ready('E')})
            .passes({fe::execute(p), fe::sync()}, {be::empty_query(), be::ready('E')})
            .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
            .check();
    }
}

/// A Bind behind it that the server has refused, or has skipped, has made no portal: one of that name is
/// older.
TEST(ShapeCheck, APortalFromBeforeTheFailureStays) {
    const std::string p = "p", q = "q", taken = be::error("42P03", "cursor \"p\" already exists");
    knows_rows()
        .in_block()
        .passes({fe::parse("", "") + fe::bind("", {.portal = p}), fe::sync()},
                {be::parse_complete(), be::bind_complete(), be::ready('T')})
        .client_sends({fe::bind("a", {.portal = q}), fe::bind("a", {.portal = p}), fe::sync()})
        .server_gets({fe::parse("", reads), fe::describe_statement(""),
                      fe::bind("", {.portal = q, .result_formats = {0, 0}}), fe::bind("", {.portal = p}),
                      fe::sync()})
        .server_sends({bound_with(one_column), taken, be::ready('E')})
        .client_gets({changed, be::ready('E')})
        .passes({fe::execute(p), fe::sync()}, {be::empty_query(), be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, DescribeIsItsOwnCheck) {
    knows_rows()
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", reads), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(birth_shape), be::ready('I')})
        .client_gets({be::description(birth_shape), be::ready('I')})
        .check();
}

TEST(ShapeCheck, DescribeShowsTheTypesAndThenTheError) {  // D2
    for (const columns& now : {columns{}, one_column})
        knows_rows()
            .client_sends({fe::describe_statement("a"), fe::sync()})
            .server_gets({fe::parse("", reads), fe::describe_statement(""), fe::sync()})
            .server_sends({be::parse_complete(), be::description(now), be::ready('I')})
            .client_gets({be::no_parameters(), changed, be::ready('I')})
            .check();
}

TEST(ShapeCheck, DescribeThatFailsInABlock) {
    knows_rows()
        .in_block()
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", reads), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('T')})
        .client_gets({be::no_parameters(), changed})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({refused, be::ready('E')})
        .client_gets({be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, AnExecuteBehindSuchADescribeWaits) {
    knows_rows()
        .client_sends({fe::describe_statement("a"), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", reads), fe::describe_statement(""), fe::flush()})
        .server_sends({be::parse_complete(), be::description(one_column)})
        .client_gets({be::no_parameters(), changed})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({refused, be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, DescribeShowsTheTypesAndThenTheErrorOfTheReParse) {
    const auto gone = be::error("42703", "column \"a\" does not exist");
    conversation()
        .knows("a", "select a from t where b = $1", {.types = {type::int4}, .columns = one_column})
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "select a from t where b = $1", {type::int4}), fe::describe_statement(""),
                      fe::sync()})
        .server_sends({gone, be::ready('I')})
        .client_gets({be::parameter_description({type::int4}), gone, be::ready('I')})
        .check();
}

TEST(ShapeCheck, TheBindsOwnErrorComesFirst) {
    const auto bad_value = be::error("22P02", "invalid input syntax for type integer");
    knows_rows()
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind(reads), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}), bad_value, be::ready('I')})
        .client_gets({bad_value, be::ready('I')})
        .check();
}

TEST(ShapeCheck, ButNotTheOneOfTheResultFormats) {
    const auto formats = be::error("08P01", "bind message has 3 result formats but query has 2 columns",
                                   {{'R', "PortalSetResultFormat"}});
    const fe::binding three{.result_formats = {0, 0, 0}};
    for (const bool same : {true, false})
        knows_rows()
            .client_sends({fe::bind("a", three), fe::sync()})
            .server_gets({fe::parse("", reads), fe::describe_statement(""), fe::bind("", three), fe::sync()})
            .server_sends({be::parse_complete(), be::description(same ? birth_shape : one_column), formats,
                           be::ready('I')})
            .client_gets({same ? formats : changed, be::ready('I')})
            .check();
}

TEST(ShapeCheck, ABindThatHasFailedBehindTheChangeIsCheckedAgain) {
    const auto bad_value = be::error("22P02", "invalid input syntax for type integer");
    knows_rows()
        .knows("b", "select b")
        .pooler(pooler_kind::direct)
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind_at("psc_1", reads), fe::sync()})
        .server_sends({be::close_complete(), be::parse_complete(), be::description(one_column), bad_value,
                       be::ready('I')})
        .client_gets({bad_value, be::ready('I')})
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind_at("psc_1", reads), fe::sync()})
        .server_sends({be::close_complete(), bound_with(one_column), be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .check();
}

TEST(ShapeCheck, AServerOfOnesOwnIsAskedAgainWhileTheAnswerIsAwaited) {
    knows_rows()
        .knows("b", "select b")
        .pooler(pooler_kind::direct)
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind_at("psc_1", reads), fe::sync()})
        .server_sends({be::close_complete(), be::parse_complete()})
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind(reads), fe::sync()})
        .server_sends({be::description(one_column), be::bind_complete(), be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .server_sends({bound_with(one_column), be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .check();
}

TEST(ShapeCheck, WhatReturnedNoRowsIsNotChecked) {
    conversation()
        .knows("a", "call p()")
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "call p()"), fe::bind(""), fe::execute(), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::bind_complete(), be::command_complete("CALL"), be::ready('I')})
        .client_gets({be::bind_complete(), be::command_complete("CALL"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, FetchAndMoveAreNotChecked) {
    for (const char* sql :
         {"FETCH 2 FROM c", "move 2 in c", "-- a comment\n fetch c", "/* a /* nested */ one */ Fetch c"}) {
        conversation()
            .knows("a", sql, {.columns = one_column})
            .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
            .server_gets({fe::parse("", sql), fe::bind(""), fe::execute(), fe::sync()})
            .server_sends(
                {be::parse_complete(), be::bind_complete(), be::command_complete("FETCH 0"), be::ready('I')})
            .client_gets({be::bind_complete(), be::command_complete("FETCH 0"), be::ready('I')})
            .check();
    }
}

TEST(ShapeCheck, ResidentStatementIsCheckedByTheServerItself) {
    conversation()
        .client_sends({fe::parse("a", "select * from t"), fe::describe_statement("a"), fe::bind("a"),
                       fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "select * from t"), fe::describe_statement(""), fe::bind(""),
                      fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::description(birth_shape), be::bind_complete(),
                       be::command_complete("SELECT 0"), be::ready('I')})
        .client_gets({be::parse_complete(), be::description(birth_shape), be::bind_complete(),
                      be::command_complete("SELECT 0"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, CanBeSwitchedOff) {
    knows_rows()
        .result_shape_check(shape_check::off)
        .client_sends({fe::bind("a"), fe::execute(), fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "select * from t"), guarded_bind(""), fe::execute(),
                      fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::command_complete("SELECT 0"),
                       be::description(one_column), be::ready('I')})
        .client_gets({be::bind_complete(), be::command_complete("SELECT 0"), be::description(one_column),
                      be::ready('I')})
        .check();
}

TEST(ShapeCheck, ARowDescriptionOfManyColumnsIsCompared) {
    columns many;
    for (int i = 0; i < 1600; ++i) many.push_back({"column_number_" + std::to_string(i), type::text});
    columns other = many;
    other.back().type = type::varchar;
    for (const bool same : {true, false})
        conversation()
            .knows("a", reads, {.columns = many})
            .client_sends({fe::bind("a"), fe::sync()})
            .server_gets({fe::parse("", reads), fe::describe_statement(""),
                          fe::bind("", {.result_formats = std::vector<std::uint16_t>(1600)}), fe::sync()})
            .server_sends({bound_with(same ? many : other), be::ready('I')})
            .client_gets({same ? be::bind_complete() : changed, be::ready('I')})
            .check_in_pieces({0, 1000, 4096});
}

}  // namespace
}  // namespace pgsidecar::test
