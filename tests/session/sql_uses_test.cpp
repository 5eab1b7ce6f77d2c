#include "proxy/session/sql_uses.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace pgsidecar::test {
namespace {

using verb = sql_verb;

struct expected_use {
    sql_verb what;
    std::string name = "";
    std::size_t arguments = 0;
};

struct use_case {
    std::string sql;
    std::vector<expected_use> uses;  ///< none: the text has nothing to do with prepared statements
};

std::string cut(std::size_t n) { return std::string(n, 'x'); }

std::vector<use_case> use_cases() {
    return {
        {"", {}},
        {"select 1", {}},
        {"EXECUTE n", {{verb::execute, "n"}}},
        {"execute n(1, 'a;b', (2))", {{verb::execute, "n", 3}}},
        {"execute n(ARRAY[1, 2], f(3, 4), x[1:2])", {{verb::execute, "n", 3}}},
        {"EXECUTE N;", {{verb::execute, "n"}}},
        {";;  EXECUTE n ;; ", {{verb::execute, "n"}}},
        {"EXECUTE \"N\"", {{verb::execute, "N"}}},
        {"EXECUTE \"a\"\"b; c\"", {{verb::execute, "a\"b; c"}}},
        {"EXECUTE U&\"d\\0061t\\+000061\"", {{verb::execute, "data"}}},
        {"EXECUTE U&\"d!0061ta\" UESCAPE '!'", {{verb::execute, "data"}}},
        {"EXECUTE \xc3\xa9t\xc3\xa9", {{verb::execute, "\xc3\xa9t\xc3\xa9"}}},
        {"/* EXECUTE a */ EXECUTE /* b */ n -- EXECUTE c", {{verb::execute, "n"}}},
        {"/* /* nested */ */ EXECUTE n", {{verb::execute, "n"}}},
        // words that are no statements
        {"SELECT 1 AS execute", {}},
        {"SELECT 'EXECUTE n'", {}},
        {"SELECT $$ deallocate all $$", {}},
        {"SELECT E'it\\'s; EXECUTE n'", {}},
        {"SELECT \"execute\" FROM \"prepare\"", {}},
        {"CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()", {}},
        {"GRANT EXECUTE ON FUNCTION f TO u", {}},
        {"EXPLAIN SELECT 1 AS execute", {}},
        {"DO $$ BEGIN EXECUTE 'select 1'; END $$", {}},
        {"PREPARE TRANSACTION 'x'", {}},
        {"DISCARD PLANS", {}},
        {"DISCARD TEMP", {}},
        {"COMMIT PREPARED 'prepare'", {}},
        // the others
        {"DEALLOCATE n", {{verb::deallocate, "n"}}},
        {"DEALLOCATE PREPARE n", {{verb::deallocate, "n"}}},
        {"DEALLOCATE prepare", {{verb::deallocate, "prepare"}}},
        {"DEALLOCATE ALL", {{verb::deallocate_all}}},
        {"DEALLOCATE PREPARE ALL", {{verb::deallocate_all}}},
        {"DEALLOCATE \"all\"", {{verb::deallocate, "all"}}},
        {"DISCARD ALL", {{verb::deallocate_all}}},
        {"PREPARE n AS SELECT 1", {{verb::prepare, "n"}}},
        {"PREPARE n (int, numeric(5, 2)) AS SELECT $1 AS as_, $2", {{verb::prepare, "n"}}},
        {"EXPLAIN EXECUTE n", {{verb::execute, "n"}}},
        {"EXPLAIN ANALYZE VERBOSE EXECUTE n(1)", {{verb::execute, "n", 1}}},
        {"EXPLAIN ANALYSE EXECUTE n(1)", {{verb::execute, "n", 1}}},
        {"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE n", {{verb::execute, "n"}}},
        {"CREATE TABLE t AS EXECUTE n", {{verb::execute, "n"}}},
        {"CREATE TABLE t (a, b) WITH (fillfactor = 70) ON COMMIT DROP AS EXECUTE n(1) WITH NO DATA",
         {{verb::execute, "n", 1}}},
        {"CREATE UNLOGGED TABLE IF NOT EXISTS s.t AS EXECUTE n", {{verb::execute, "n"}}},
        {"CREATE TABLE t (a int DEFAULT 1) -- execute", {}},
        {"CREATE TABLE \"as\" AS SELECT 1 AS execute", {}},
        {"EXPLAIN CREATE TABLE t AS EXECUTE n", {{verb::execute, "n"}}},
        // strings of statements
        {"select 1; EXECUTE n; select 2", {{verb::other}, {verb::execute, "n"}, {verb::other}}},
        {"BEGIN; DEALLOCATE a; PREPARE a AS select ';'; EXECUTE a; COMMIT",
         {{verb::other}, {verb::deallocate, "a"}, {verb::prepare, "a"}, {verb::execute, "a"}, {verb::other}}},
        {"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; NOTIFY x); EXECUTE n",
         {{verb::other}, {verb::execute, "n"}}},
        {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; "
         "EXECUTE n",
         {{verb::other}, {verb::execute, "n"}}},
        // names of more than 63 bytes are cut, in front of a character
        {"EXECUTE " + cut(70), {{verb::execute, cut(63)}}},
        {"EXECUTE \"" + cut(62) + "\xc3\xa9\"", {{verb::execute, cut(62)}}},
        {"EXECUTE \"" + cut(61) + "\xc3\xa9z\"", {{verb::execute, cut(61) + "\xc3\xa9"}}},
        // what PostgreSQL's scanner refuses
        {"EXECUTE n; select 'open", {}},
        {"EXECUTE n /* open", {}},
        {"EXECUTE \"\"", {}},
    };
}

TEST(SqlUses, Statements) {
    for (const use_case& c : use_cases()) {
        SCOPED_TRACE(c.sql);
        const auto uses = read_sql_uses(c.sql);
        EXPECT_EQ(uses != nullptr, !c.uses.empty());
        if (!uses) continue;
        ASSERT_EQ(uses->size(), c.uses.size());
        for (std::size_t i = 0; i < uses->size(); ++i) {
            EXPECT_EQ((*uses)[i].verb, c.uses[i].what) << i;
            EXPECT_EQ((*uses)[i].name, c.uses[i].name) << i;
            EXPECT_EQ((*uses)[i].arguments, c.uses[i].arguments) << i;
        }
    }
}

struct prepare_case {
    std::string sql;
    std::string text;
    std::vector<std::string> types;
};

TEST(SqlUses, TextBehindAsKeepsItsPosition) {
    const std::vector<prepare_case> cases{
        {"PREPARE n AS SELECT 1", "             SELECT 1", {}},
        {"PREPARE n(int,text) AS SELECT $1, $2;",
         "                      "
         "  SELECT $1, $2",
         {"int", "text"}},
        {"PREPARE n(numeric(5, 2), \"My Type\"[]) AS SELECT $1",
         std::string(41, ' ') + "SELECT $1",
         {"numeric(5, 2)", "\"My Type\"[]"}},
        {"PREPARE \"\xc3\xa9\" AS SELECT 1", "               SELECT 1", {}},  // positions count characters
    };
    for (const prepare_case& c : cases) {
        SCOPED_TRACE(c.sql);
        const auto uses = read_sql_uses(c.sql);
        ASSERT_TRUE(uses);
        const sql_use& use = uses->front();
        EXPECT_EQ(use.text.substr(use.text.find_first_not_of(' ')),
                  c.text.substr(c.text.find_first_not_of(' ')));
        // as many characters in front of the text as in the whole
        const std::size_t at = c.sql.find("SELECT"),
                          bytes_more = c.sql.find("\xc3\xa9") != std::string::npos ? 1 : 0;
        EXPECT_EQ(use.text.find("SELECT"), at - bytes_more);
        ASSERT_EQ(use.declared_types.size(), c.types.size());
        for (std::size_t i = 0; i < c.types.size(); ++i) {
            std::string written = use.declared_types[i];
            written.erase(0, written.find_first_not_of(' '));
            EXPECT_EQ(written, c.types[i]);
        }
    }
}

TEST(SqlUses, TextOfOneStatementOfMany) {
    const auto uses = read_sql_uses("select 0; PREPARE n AS SELECT 1; select 2");
    ASSERT_TRUE(uses);
    EXPECT_EQ((*uses)[1].text, std::string(22, ' ') + " SELECT 1");
}

TEST(SqlUses, ExitStatements) {
    for (const char* sql :
         {"COMMIT", "commit work;", "END", "ROLLBACK", "ROLLBACK TO s", "rollback to savepoint s", "ABORT",
          "PREPARE TRANSACTION 'x'", "-- c\n/* c */ ; COMMIT AND CHAIN"})
        EXPECT_TRUE(read_sql_facts(sql).exits_block) << sql;
    for (const char* sql :
         {"", "BEGIN", "SAVEPOINT s", "RELEASE s", "select 1", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'",
          "PREPARE n AS COMMIT", "COMMIT; select 1", "commitment", "'COMMIT'"})
        EXPECT_FALSE(read_sql_facts(sql).exits_block) << sql;
}

TEST(SqlUses, ShapeVaries) {
    for (const char* sql : {"FETCH c", "MOVE c", "EXECUTE n", "/**/ fetch all in c"})
        EXPECT_TRUE(read_sql_facts(sql).shape_varies) << sql;
    for (const char* sql : {"", "select 1", "EXPLAIN EXECUTE n", "fetcher", "SHOW x"})
        EXPECT_FALSE(read_sql_facts(sql).shape_varies) << sql;
}

TEST(SqlUses, HighestParameter) {
    EXPECT_EQ(highest_parameter("select 1"), 0U);
    EXPECT_EQ(highest_parameter("select $1, $3"), 3U);
    EXPECT_EQ(highest_parameter("select $2 /* $9 */, '$8', $$ $7 $$, \"$6\" -- $5"), 2U);
    EXPECT_EQ(highest_parameter("select $65535"), 65535U);
    EXPECT_EQ(highest_parameter("select $1 'open"), std::nullopt);
}

TEST(SqlUses, LongTextsAreNotScanned) {
    const std::string values(std::size_t{2} << 20, ' ');
    EXPECT_FALSE(read_sql_uses("EXECUTE n" + values));
    EXPECT_EQ(highest_parameter("select $1" + values), std::nullopt);
    EXPECT_EQ(highest_parameter("select 1" + values), 0U);
}

}  // namespace
}  // namespace pgsidecar::test
