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
const std::string checked_bind =
    fe::parse("", "select * from t") + fe::describe_statement("") + fe::bind("") + fe::flush();

conversation knows_rows() { return conversation().knows("a", "select * from t", {.columns = birth_shape}); }

/// The server's answer to the re-Parse, its Describe and the Bind.
std::string bound_with(const columns& shape) {
    return be::parse_complete() + be::description(shape) + be::bind_complete();
}

TEST(ShapeCheck, SameShapeIsBound) {
    knows_rows()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({checked_bind})
        .server_sends({bound_with(birth_shape)})
        .client_gets({be::bind_complete()})
        .server_gets({fe::execute(), fe::sync()})
        .server_sends({be::data_row({"x", "1"}), be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::data_row({"x", "1"}), be::command_complete("SELECT 1"), be::ready('I')})
        .check();
}

TEST(ShapeCheck, TheCheckIsAwaitedWithoutTheClientsNextMessage) {
    knows_rows()
        .client_sends({fe::bind("a")})
        .server_gets({checked_bind})
        .server_sends({bound_with(birth_shape)})
        .client_gets({be::bind_complete()})
        .passes({fe::execute(), fe::sync()}, {be::command_complete("SELECT 0"), be::ready('I')})
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
        auto c = knows_rows();
        c.client_sends({fe::bind("a"), fe::sync()})
            .server_gets({checked_bind})
            .server_sends({bound_with(one.now)});
        if (one.same)
            c.client_gets({be::bind_complete()})
                .server_gets({fe::sync()})
                .server_sends({be::ready('I')})
                .client_gets({be::ready('I')});
        else
            c.server_gets({forced_failure, fe::sync()})
                .server_sends({refused, be::ready('I')})
                .client_gets({changed, be::ready('I')});
        c.check();
    }
}

TEST(ShapeCheck, MismatchFailsTheTransaction) {
    knows_rows()
        .in_block()
        .client_sends({fe::bind("a"), fe::execute(), fe::flush()})
        .server_gets({checked_bind})
        .server_sends({bound_with({})})
        .client_gets({})
        .server_gets({forced_failure, fe::execute(), fe::flush()})
        .server_sends({refused})
        .client_gets({changed})
        .server_gets({fe::sync()})
        .server_sends({be::ready('E')})
        .client_sends({fe::sync()})
        .client_gets({be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        // and again: the shape of birth stays
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind})
        .server_sends({bound_with({})})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({refused, be::ready('I')})
        .client_gets({changed, be::ready('I')})
        .check();
}

TEST(ShapeCheck, DescribeIsItsOwnCheck) {
    const std::string described = fe::parse("", "select * from t") + fe::describe_statement("") + fe::flush();
    knows_rows()
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({described})
        .server_sends({be::parse_complete(), be::description(birth_shape)})
        .client_gets({be::description(birth_shape)})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, DescribeShowsTheTypesAndThenTheError) {  // D2
    const std::string described = fe::parse("", "select * from t") + fe::describe_statement("") + fe::flush();
    for (const columns& now : {columns{}, one_column}) {
        knows_rows()
            .client_sends({fe::describe_statement("a"), fe::execute(), fe::sync()})
            .server_gets({described})
            .server_sends({be::parse_complete(), be::description(now)})
            .client_gets({be::no_parameters()})
            .server_gets({forced_failure, fe::execute(), fe::sync()})
            .server_sends({refused, be::ready('I')})
            .client_gets({changed, be::ready('I')})
            .check();
    }
}

TEST(ShapeCheck, DescribeShowsTheTypesAndThenTheErrorOfTheReParse) {
    const auto gone = be::error("42703", "column \"a\" does not exist");
    conversation()
        .knows("a", "select a from t where b = $1", {.types = {type::int4}, .columns = one_column})
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "select a from t where b = $1", {type::int4}), fe::describe_statement(""),
                      fe::flush()})
        .server_sends({gone})
        .client_gets({be::parameter_description({type::int4}), gone})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, TheBindsOwnErrorComesFirst) {
    const auto bad_value = be::error("22P02", "invalid input syntax for type integer");
    knows_rows()
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({checked_bind})
        .server_sends({be::parse_complete(), be::description({}), bad_value})
        .client_gets({bad_value})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(ShapeCheck, ButNotTheOneOfTheResultFormats) {
    const auto formats = be::error("08P01", "bind message has 2 result formats but query has 1 columns",
                                   {{'R', "PortalSetResultFormat"}});
    for (const bool same : {true, false}) {
        knows_rows()
            .client_sends({fe::bind("a"), fe::sync()})
            .server_gets({checked_bind})
            .server_sends({be::parse_complete(), be::description(same ? birth_shape : one_column), formats})
            .client_gets({same ? formats : changed})
            .server_gets({fe::sync()})
            .server_sends({be::ready('I')})
            .client_gets({be::ready('I')})
            .check();
    }
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
        .result_shape_check(false)
        .client_sends({fe::bind("a"), fe::execute(), fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "select * from t"), fe::bind(""), fe::execute(),
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
    for (const bool same : {true, false}) {
        conversation c;
        c.knows("a", "select * from t", {.columns = many})
            .client_sends({fe::bind("a"), fe::sync()})
            .server_gets({checked_bind})
            .server_sends({bound_with(same ? many : other)});
        if (same)
            c.client_gets({be::bind_complete()})
                .server_gets({fe::sync()})
                .server_sends({be::ready('I')})
                .client_gets({be::ready('I')});
        else
            c.server_gets({forced_failure, fe::sync()})
                .server_sends({refused, be::ready('I')})
                .client_gets({changed, be::ready('I')});
        c.check_in_pieces({0, 1000, 4096});
    }
}

}  // namespace
}  // namespace pgsidecar::test
