#include "proxy/sql/sql_uses.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "query_reads.hpp"

namespace pgsidecar::test {
namespace {

using verb = sql_verb;

struct expected_use {
    sql_verb what;
    std::string name = "";
    std::size_t arguments = 0;
    std::size_t statement = 0;
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
        {"select 1; EXECUTE n; select 2", {{verb::execute, "n", 0, 1}}},
        {"BEGIN; DEALLOCATE a; PREPARE a AS select ';'; EXECUTE a; COMMIT",
         {{verb::deallocate, "a", 0, 1}, {verb::prepare, "a", 0, 2}, {verb::execute, "a", 0, 3}}},
        {";; select 1;; EXECUTE n", {{verb::execute, "n", 0, 1}}},
        {"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM u; NOTIFY x); EXECUTE n",
         {{verb::execute, "n", 0, 1}}},
        {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; "
         "EXECUTE n",
         {{verb::execute, "n", 0, 1}}},
        {"SELECT begin atomic FROM t; EXECUTE n", {{verb::execute, "n", 0, 1}}},
        // what only some of the versions 14 to 18 take
        {"EXECUTE n(0x1F, 0o17, 0b11, 1_000, 1_0.5e1_0)", {{verb::execute, "n", 5}}},
        {"select 0x1F; EXECUTE n", {{verb::execute, "n", 0, 1}}},
        {"EXECUTE n(1and 2)", {{verb::execute, "n", 1}}},
        // literals, whatever is in them
        {"EXECUTE n(E'\xe9', '\xe9')", {{verb::execute, "n", 2}}},
        {"EXECUTE n('\xe9\xff', $a$ ; $ $b$ ; $a$, 'c:\\')", {{verb::execute, "n", 3}}},
        {"EXECUTE n('" + std::string(200'000, '-') + std::string(200'000, '+') + "')",
         {{verb::execute, "n", 1}}},
        {"EXECUTE n -- " + std::string(4'100, '-'), {{verb::execute, "n"}}},
        {"EXECUTE n('a'\n ', b' -- c\n '; d', 2)", {{verb::execute, "n", 2}}},
        {"EXECUTE n(E'\\''\n '\\'; e', 2)", {{verb::execute, "n", 2}}},
        {"EXECUTE n('" + std::string(std::size_t{12} << 20, 'x') + "')", {{verb::execute, "n", 1}}},
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
        SCOPED_TRACE(c.sql.substr(0, 200));
        const auto uses = read_sql_uses(c.sql);
        EXPECT_EQ(uses != nullptr, !c.uses.empty());
        if (!uses) continue;
        EXPECT_TRUE(uses->known);
        ASSERT_EQ(uses->list.size(), c.uses.size());
        for (std::size_t i = 0; i < uses->list.size(); ++i) {
            EXPECT_EQ(uses->list[i].verb, c.uses[i].what) << i;
            EXPECT_EQ(uses->list[i].name, c.uses[i].name) << i;
            EXPECT_EQ(uses->list[i].arguments, c.uses[i].arguments) << i;
            EXPECT_EQ(uses->list[i].statement, c.uses[i].statement) << i;
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
        const prepared_text& use = *uses->list.front().prepares;
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
    EXPECT_EQ(uses->list.front().prepares->text, std::string(22, ' ') + " SELECT 1");
}

TEST(SqlUses, ExitStatements) {
    for (const char* sql :
         {"COMMIT", "commit work;", "END", "ROLLBACK", "ROLLBACK TO s", "rollback to savepoint s", "ABORT",
          "PREPARE TRANSACTION 'x'", "-- c\n/* c */ ; COMMIT AND CHAIN"})
        EXPECT_TRUE(read_sql_facts(sql).exits_block) << sql;
    for (const char* sql : {"", "BEGIN", "SAVEPOINT s", "RELEASE s", "select 1", "COMMIT PREPARED 'x'",
                            "ROLLBACK PREPARED 'x'", "PREPARE n AS COMMIT", "commitment", "'COMMIT'"})
        EXPECT_FALSE(read_sql_facts(sql).exits_block) << sql;
}

TEST(SqlUses, ShapeVaries) {
    for (const char* sql : {"FETCH c", "MOVE c", "EXECUTE n", "/**/ fetch all in c"})
        EXPECT_TRUE(read_sql_facts(sql).shape_varies) << sql;
    for (const char* sql : {"", "select 1", "EXPLAIN EXECUTE n", "fetcher", "SHOW x"})
        EXPECT_FALSE(read_sql_facts(sql).shape_varies) << sql;
}

/// Unknown is not empty.
TEST(SqlUses, NamesThatCannotBeToldAreUnknown) {
    for (const std::string& sql : {
             std::string("EXECUTE m\xe9"),                    // folded by the server's locale
             "EXECUTE \"" + std::string(70, '\xe9') + "\"",   // cut by the server's encoding
             "EXECUTE U&\"" + std::string(2000, 'x') + "\"",  // too long to be given to the grammar
             std::string("select 1; DEALLOCATE m\xe9"), "select $" + std::string(2000, 'x') + "$; EXECUTE m",
             std::string("CREATE VIEW v AS SELECT begin atomic; EXECUTE m"),  // no function
         }) {
        SCOPED_TRACE(sql.substr(0, 100));
        const auto uses = read_sql_uses(sql);
        ASSERT_TRUE(uses);
        EXPECT_FALSE(uses->known);
    }
    ASSERT_TRUE(read_sql_facts("EXECUTE m\xe9").uses);
    EXPECT_FALSE(read_sql_facts("EXECUTE m\xe9").uses->known);
    EXPECT_TRUE(read_sql_uses("EXECUTE \"m\xe9\"")->known);
}

TEST(SqlUses, AreReadAsTheServerReads) {
    const std::string sql = "select '\\'; EXECUTE n; --'";
    EXPECT_TRUE(read_sql_uses(sql));
    EXPECT_FALSE(read_sql_uses(sql, {.backslash_escapes = true}));
    const std::string sjis = "select E'\x95\\'; EXECUTE n; --'";
    EXPECT_FALSE(read_sql_uses(sjis));
    EXPECT_TRUE(read_sql_uses(sjis, {.character_pairs = sql_reading::pairs::sjis}));
    EXPECT_TRUE(read_sql_uses(sjis, {.character_pairs = sql_reading::pairs::all}));
    const std::string half_width = "select E'\xb1\\'; EXECUTE n; --'";
    EXPECT_FALSE(read_sql_uses(half_width, {.character_pairs = sql_reading::pairs::sjis}));
    EXPECT_EQ(
        read_sql_uses("EXECUTE \"\x95\\\"", {.character_pairs = sql_reading::pairs::sjis})->list[0].name,
        "\x95\\");
}

TEST(SqlUses, OfAParseThatHasOneOnlyTheStatementIsRead) {
    EXPECT_TRUE(read_sql_facts("; EXECUTE n ;;").uses);
    EXPECT_FALSE(read_sql_facts("select 1; EXECUTE n").uses);  // PostgreSQL refuses it
    EXPECT_FALSE(read_sql_facts("COMMIT; EXECUTE n").uses);
    const std::string many_arguments = "EXECUTE n(1" + std::string(200'000, ',') + "1)";
    ASSERT_TRUE(read_sql_facts(many_arguments).uses);
    EXPECT_FALSE(read_sql_facts(many_arguments).uses->known);
    EXPECT_TRUE(read_sql_facts(many_arguments).uses->too_long);
    EXPECT_EQ(read_sql_facts("PREPARE n AS select 1; -- c").uses->list.front().prepares->text,
              std::string(12, ' ') + " select 1; -- c");
}

TEST(SqlUses, AStringKeepsOnlyTheUsesOfItsStatements) {
    std::string sql;
    for (int i = 0; i < 100'000; ++i) sql += "a;";
    const auto uses = read_sql_uses(sql + "EXECUTE n");
    ASSERT_TRUE(uses);
    ASSERT_EQ(uses->list.size(), 1U);
    EXPECT_EQ(uses->list.front().statement, 100'000U);
    EXPECT_EQ(uses->statements, 100'001U);
    EXPECT_LE(sizeof(sql_use), 64U);
}

TEST(SqlUses, BlanksInFrontOfPreparedTextsDoNotGrowWithTheSquareOfTheText) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "prepare a as select 1;";
    const auto uses = read_sql_uses(text);
    ASSERT_TRUE(uses);
    ASSERT_EQ(uses->list.size(), 10'000U);
    std::size_t size = 0;
    for (const sql_use& use : uses->list) size += use.prepares->text.size();
    EXPECT_LT(size, 8 * text.size());
    EXPECT_EQ(uses->list.back().prepares->text, " select 1");
    EXPECT_EQ(uses->list.at(1).prepares->text, std::string(22 + 12, ' ') + " select 1");
}

}  // namespace
}  // namespace pgsidecar::test
