#include <gtest/gtest.h>

#include "support/conversation.hpp"
#include "support/model_play.hpp"
#include "support/notation.hpp"

/// The ten conversations of drivers that G1 to G10 name, as seen on a server of one's own; here the server is
/// another one after every ReadyForQuery 'I'.
namespace pgsidecar::test {
namespace {

using messages = conversation::messages;

struct exchange {
    messages sent;
    messages got;
};

std::string joined(const messages& m) {
    std::string out;
    for (const auto& one : m) out += one;
    return out;
}

std::string listed(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) out += "  " + line + "\n";
    return out;
}

void expect_equal(const std::string& expected, const std::string& actual) {
    EXPECT_EQ(expected, actual) << difference(backend_notation(expected), backend_notation(actual));
}

/// The client reads every answer before it goes on.
void play_in_turn(const catalog& texts, const std::vector<exchange>& script, std::size_t piece) {
    SCOPED_TRACE("in turn, pieces of " + std::to_string(piece));
    model_play play(texts, piece);
    for (const exchange& e : script) {
        play.client_sends(joined(e.sent));
        play.settle();
        expect_equal(joined(e.got), play.take_to_client());
    }
    EXPECT_EQ(listed(play.faults(true)), "");
}

/// The client sends everything before it reads.
void play_pipelined(const catalog& texts, const std::vector<exchange>& script, std::size_t piece,
                    unsigned seed) {
    SCOPED_TRACE("pipelined, pieces of " + std::to_string(piece) + ", seed " + std::to_string(seed));
    model_play play(texts, piece, seed);
    std::string expected;
    for (const exchange& e : script) {
        play.client_sends(joined(e.sent));
        expected += joined(e.got);
    }
    play.settle();
    expect_equal(expected, play.take_to_client());
    EXPECT_EQ(listed(play.faults(true)), "");
}

void play(const catalog& texts, const std::vector<exchange>& script) {
    std::string sent, got;
    for (const exchange& e : script) sent += joined(e.sent), got += joined(e.got);
    expect_equal(got, direct_replies(texts, sent));
    for (const std::size_t piece : {0, 1, 2, 3, 5, 7, 13}) {
        if (testing::Test::HasFailure()) return;
        play_in_turn(texts, script, piece);
        for (unsigned seed = 0; seed < 4; ++seed) play_pipelined(texts, script, piece, seed);
    }
}

const sql_command select{.does = sql_command::kind::rows, .columns = one_column};

messages row(const std::string& shown, const std::string& tag = "SELECT 1") {
    return {be::data_row({shown}), be::command_complete(tag)};
}

messages operator+(messages a, const messages& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

TEST(Drivers, G1AsyncpgClosesAnotherStatementBetweenPrepareAndBind) {
    play(with_transactions({{"select 42", select}}),
         {{{fe::parse("__asyncpg_stmt_a__", "select 42"), fe::describe_statement("__asyncpg_stmt_a__"),
            fe::flush()},
           {be::parse_complete(), be::no_parameters(), be::row_description(one_column)}},
          {{fe::close_statement("__asyncpg_stmt_8__"), fe::sync()}, {be::close_complete(), be::ready('I')}},
          {{fe::bind("__asyncpg_stmt_a__", {.formats = {1}, .result_formats = {1}}), fe::execute(),
            fe::sync()},
           messages{be::bind_complete()} + row("select 42") + messages{be::ready('I')}}});
}

TEST(Drivers, G2SqlalchemyPrePing) {
    const exchange begin{{fe::query("BEGIN;")}, {be::command_complete("BEGIN"), be::ready('T')}};
    const exchange rollback{{fe::query("ROLLBACK;")}, {be::command_complete("ROLLBACK"), be::ready('I')}};
    const exchange ping{{fe::bind("__asyncpg_stmt_8__", {.formats = {1}, .result_formats = {1}}),
                         fe::execute("", 1), fe::sync()},
                        {be::bind_complete(), be::empty_query(), be::ready('T')}};
    play(with_transactions({}),
         {begin,
          {{fe::parse("__asyncpg_stmt_8__", ";"), fe::describe_statement("__asyncpg_stmt_8__"), fe::flush()},
           {be::parse_complete(), be::no_parameters(), be::no_data()}},
          ping,
          rollback,
          begin,
          ping,
          rollback});
}

TEST(Drivers, G3PgjdbcBatchAndNamedCommit) {
    const auto insert = [](const std::string& k) {
        return messages{fe::bind("S_4", {.formats = {1, 0}, .values = {k, "b"}}), fe::describe_portal(),
                        fe::execute("", 1)};
    };
    const messages inserted{be::bind_complete(), be::no_data(), be::command_complete("INSERT 0 1")};
    const columns jk{{"k", type::int4}, {"v", type::varchar}};
    play(with_transactions(
             {{"insert into j values($1,$2)", {.tag = "INSERT 0 1", .types = {type::int4, type::varchar}}},
              {"select a from j", {.does = sql_command::kind::rows, .columns = jk, .rows = 7}}}),
         {{{fe::parse("S_4", "insert into j values($1,$2)", {type::int4, type::varchar}),
            fe::describe_statement("S_4"), fe::sync()},
           {be::parse_complete(), be::parameter_description({type::int4, type::varchar}), be::no_data(),
            be::ready('I')}},
          {insert(std::string("\0\0\0\1", 4)) + insert(std::string("\0\0\0\2", 4)) +
               insert(std::string("\0\0\0\3", 4)) + messages{fe::sync()},
           inserted + inserted + inserted + messages{be::ready('I')}},
          {{fe::parse("", "BEGIN"), fe::bind(""), fe::execute(), fe::parse("", "select a from j"),
            fe::bind(""), fe::describe_portal(), fe::execute(), fe::sync()},
           messages{be::parse_complete(), be::bind_complete(), be::command_complete("BEGIN"),
                    be::parse_complete(), be::bind_complete(), be::row_description(jk)} +
               messages(7, be::data_row({"select a from j"})) +
               messages{be::command_complete("SELECT 7"), be::ready('T')}},
          {{fe::parse("S_5", "COMMIT"), fe::bind("S_5"), fe::execute("", 1), fe::sync()},
           {be::parse_complete(), be::bind_complete(), be::command_complete("COMMIT"), be::ready('I')}},
          {{fe::parse("", "BEGIN"), fe::bind(""), fe::execute(), fe::parse("", "select a from j"),
            fe::bind("", {.portal = "C_6"}), fe::describe_portal("C_6"), fe::execute("C_6", 4), fe::sync()},
           messages{be::parse_complete(), be::bind_complete(), be::command_complete("BEGIN"),
                    be::parse_complete(), be::bind_complete(), be::row_description(jk)} +
               messages(4, be::data_row({"select a from j"})) +
               messages{be::portal_suspended(), be::ready('T')}},
          {{fe::execute("C_6", 4), fe::sync()},
           messages(3, be::data_row({"select a from j"})) +
               messages{be::command_complete("SELECT 3"), be::ready('T')}},
          {{fe::close_portal("C_6"), fe::bind("S_5"), fe::execute("", 1), fe::sync()},
           {be::close_complete(), be::bind_complete(), be::command_complete("COMMIT"), be::ready('I')}}});
}

TEST(Drivers, G4LibPqUsesTheUnnamedStatementAcrossSync) {
    const columns int4{{"int4", type::int4}};
    play(with_transactions(
             {{"select $1::int", {.does = sql_command::kind::rows, .types = {type::int4}, .columns = int4}}}),
         {{{fe::parse("", "select $1::int"), fe::describe_statement(""), fe::sync()},
           {be::parse_complete(), be::parameter_description({type::int4}), be::row_description(int4),
            be::ready('I')}},
          {{fe::bind("", {.values = {"1"}, .result_formats = {1}}), fe::execute(), fe::sync()},
           messages{be::bind_complete()} + row("select $1::int|1") + messages{be::ready('I')}}});
}

TEST(Drivers, G5TokioCopyIn) {
    const exchange begins{{fe::bind("s8", {.result_formats = {1}}), fe::execute(), fe::sync()},
                          {be::bind_complete(), be::copy_in_response()}};
    play(with_transactions({{"copy rst from stdin", {.does = sql_command::kind::copy_in}}}),
         {{{fe::parse("s8", "copy rst from stdin"), fe::describe_statement("s8"), fe::sync()},
           {be::parse_complete(), be::no_parameters(), be::no_data(), be::ready('I')}},
          begins,
          {{fe::copy_data("1\n"), fe::copy_done(), fe::sync(), fe::close_statement("s9"), fe::sync()},
           {be::command_complete("COPY 1"), be::ready('I'), be::close_complete(), be::ready('I')}},
          begins,
          {{fe::copy_fail("no more"), fe::sync(), fe::close_statement("s8"), fe::sync()},
           {be::error("57014", "COPY from stdin failed",
                      {{'F', "postgres.c"}, {'L', "1"}, {'R', "NextCopyFrom"}}),
            be::ready('I'), be::close_complete(), be::ready('I')}}});
}

TEST(Drivers, G5TokioCopyThatFailsBeforeItStarts) {
    play(with_transactions({{"copy rst from stdin", {.does = sql_command::kind::fails_at_execute}}}),
         {{{fe::parse("s8", "copy rst from stdin"), fe::describe_statement("s8"), fe::sync()},
           {be::parse_complete(), be::no_parameters(), be::no_data(), be::ready('I')}},
          {{fe::bind("s8", {.result_formats = {1}}), fe::execute(), fe::sync()},
           {be::bind_complete(),
            be::error("22012", "division by zero", {{'F', "int.c"}, {'L', "1"}, {'R', "int4div"}}),
            be::ready('I')}},
          {{fe::sync()}, {be::ready('I')}}});
}

TEST(Drivers, G6PgCursorKeepsOneSegmentOpenOverThreeWrites) {
    const std::string sql = "select generate_series(1,5) where $1=1", shown = sql + "|1";
    play(with_transactions(
             {{sql,
               {.does = sql_command::kind::rows, .types = {type::int4}, .columns = one_column, .rows = 5}}}),
         {{{fe::parse("", sql),
            fe::bind("", {.portal = "C_2", .formats = {0}, .values = {"1"}, .result_formats = {0}}),
            fe::describe_portal("C_2"), fe::flush(), fe::execute("C_2", 2), fe::flush()},
           {be::parse_complete(), be::bind_complete(), be::row_description(one_column), be::data_row({shown}),
            be::data_row({shown}), be::portal_suspended()}},
          {{fe::execute("C_2", 2), fe::flush()},
           {be::data_row({shown}), be::data_row({shown}), be::portal_suspended()}},
          {{fe::close_portal("C_2"), fe::sync()}, {be::close_complete(), be::ready('I')}}});
}

TEST(Drivers, G7PostgresJs) {
    const columns int4{{"int4", type::int4}}, text{{"text", type::text}};
    const sql_command select_int{.does = sql_command::kind::rows, .types = {type::int4}, .columns = int4};
    const sql_command select_text{.does = sql_command::kind::rows, .types = {type::text}, .columns = text};
    play(with_transactions({{"select $1::int", select_int},
                            {"select $1::text", select_text},
                            {"copy np from stdin", {.does = sql_command::kind::copy_in}},
                            {"copy np to stdout", {.does = sql_command::kind::copy_out}}}),
         {{{fe::parse("x7", "select $1::int", {0}), fe::describe_statement("x7"), fe::flush()},
           {be::parse_complete(), be::parameter_description({type::int4}), be::row_description(int4)}},
          {{fe::bind("x7", {.values = {"1"}}), fe::execute(), fe::sync()},
           messages{be::bind_complete()} + row("select $1::int|1") + messages{be::ready('I')}},
          {{fe::bind("x7", {.values = {"2"}}), fe::execute(), fe::sync(),
            fe::parse("x8", "select $1::text", {0}), fe::describe_statement("x8"), fe::flush()},
           messages{be::bind_complete()} + row("select $1::int|2") +
               messages{be::ready('I'), be::parse_complete(), be::parameter_description({type::text}),
                        be::row_description(text)}},
          {{fe::bind("x8", {.values = {"t"}}), fe::execute(), fe::sync()},
           messages{be::bind_complete()} + row("select $1::text|t") + messages{be::ready('I')}},
          {{fe::query("copy np from stdin")}, {be::copy_in_response()}},
          {{fe::copy_data("1\n"), fe::copy_done()}, {be::command_complete("COPY 1"), be::ready('I')}},
          {{fe::copy_fail("")}, {}},
          {{fe::query("copy np to stdout")},
           {be::copy_out_response(), be::copy_data("1\n"), be::copy_done(), be::command_complete("COPY 1"),
            be::ready('I')}}});
}

TEST(Drivers, G8PdoDeallocatesAWireStatement) {
    const exchange begin{{fe::query("BEGIN")}, {be::command_complete("BEGIN"), be::ready('T')}};
    const auto error = [](const char* sqlstate, const char* text, const char* file, const char* routine) {
        return be::error(sqlstate, text, {{'F', file}, {'L', "1"}, {'R', routine}});
    };
    play(with_transactions(
             {{"select 1", select},
              {"select 1/$1::int",
               {.does = sql_command::kind::fails_at_execute, .types = {type::int4}, .columns = one_column}}}),
         {begin,
          {{fe::parse("pdo_stmt_00000005", "select 1"), fe::sync()}, {be::parse_complete(), be::ready('T')}},
          {{fe::bind("pdo_stmt_00000005", {.result_formats = {0}}), fe::describe_portal(), fe::execute(),
            fe::sync()},
           messages{be::bind_complete(), be::row_description(one_column)} + row("select 1") +
               messages{be::ready('T')}},
          {{fe::query("DEALLOCATE pdo_stmt_00000005")}, {be::command_complete("DEALLOCATE"), be::ready('T')}},
          {{fe::bind("pdo_stmt_00000005"), fe::sync()},
           {error("26000", "prepared statement \"pdo_stmt_00000005\" does not exist", "prepare.c",
                  "FetchPreparedStatement"),
            be::ready('E')}},
          {{fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')}},
          begin,
          {{fe::parse("pdo_stmt_00000009", "select 1/$1::int", {0}), fe::sync()},
           {be::parse_complete(), be::ready('T')}},
          {{fe::bind("pdo_stmt_00000009", {.formats = {0}, .values = {"0"}, .result_formats = {0}}),
            fe::describe_portal(), fe::execute(), fe::sync()},
           {be::bind_complete(), be::row_description(one_column),
            error("22012", "division by zero", "int.c", "int4div"), be::ready('E')}},
          {{fe::query("DEALLOCATE pdo_stmt_00000009")},
           {be::error("25P02",
                      "current transaction is aborted, commands ignored until end of transaction block",
                      {{'F', "postgres.c"}, {'R', "exec_simple_query"}}),
            be::ready('E')}},
          {{fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')}}});
}

TEST(Drivers, G9PgbenchPipelineOfNamedStatements) {
    const std::string sql = "SELECT abalance FROM pgbench_accounts WHERE aid = $1;";
    const auto prepare = [](const std::string& name, const std::string& text) {
        return exchange{{fe::parse(name, text), fe::sync()}, {be::parse_complete(), be::ready('I')}};
    };
    const auto run = [](const std::string& name, std::vector<std::optional<std::string>> values) {
        return messages{fe::bind(name, {.values = std::move(values), .result_formats = {0}}),
                        fe::describe_portal(), fe::execute()};
    };
    const messages selected =
        messages{be::bind_complete(), be::row_description(one_column)} + row(sql + "|44");
    play(
        with_transactions(
            {{sql, {.does = sql_command::kind::rows, .types = {type::int4}, .columns = one_column}}}),
        {prepare("P_0", "BEGIN;"),
         prepare("P_1", sql),
         prepare("P_2", sql),
         prepare("P_3", "COMMIT;"),
         {run("P_0", {}) + run("P_1", {"44"}) + run("P_2", {"44"}) + run("P_3", {}) + messages{fe::sync()},
          messages{be::bind_complete(), be::no_data(), be::command_complete("BEGIN")} + selected + selected +
              messages{be::bind_complete(), be::no_data(), be::command_complete("COMMIT"), be::ready('I')}}});
}

TEST(Drivers, G10PsycopgPipeline) {
    const messages one = messages{be::parse_complete(), be::bind_complete(), be::row_description(one_column)};
    play(with_transactions(
             {{"select 1", select},
              {"select $1::int", {.does = sql_command::kind::rows, .types = {21}, .columns = one_column}},
              {"select 4", select}}),
         {{{fe::parse("", "select 1"), fe::bind("", {.result_formats = {0}}), fe::describe_portal(),
            fe::execute()},
           one + row("select 1")},
          {{fe::parse("", "select $1::int", {21}),
            fe::bind("", {.formats = {1}, .values = {std::string("\0\2", 2)}, .result_formats = {0}}),
            fe::describe_portal(), fe::execute()},
           one + row(std::string("select $1::int|\0\2", 17))},
          {{fe::flush()}, {}},
          {{fe::sync()}, {be::ready('I')}},
          {{fe::parse("", "select 4"), fe::bind("", {.result_formats = {0}}), fe::describe_portal(),
            fe::execute()},
           one + row("select 4")},
          {{fe::sync()}, {be::ready('I')}},
          {{fe::flush()}, {}}});
}

}  // namespace
}  // namespace pgsidecar::test
