#include "proxy/sql/first_look.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

TEST(FirstLook, FindsWhatMayChangeTheState) {
    for (const char* sql : {"SELECT 1", "SELECT 1;", "SELECT ';'", "INSERT INTO t VALUES ('reset all')", "",
                            "BEGIN; SELECT 1; COMMIT"})
        EXPECT_FALSE(may_change_state(sql)) << sql;
    for (const char* sql : {"RESET ALL", " \n set x to default", "-- c\nLISTEN a", "SELECT 1; RESET ALL"})
        EXPECT_TRUE(may_change_state(sql)) << sql;
}

TEST(FirstLook, FindsWhatMayNamePreparedStatements) {
    for (const char* sql : {"EXECUTE n", "select 1; Deallocate all", "select 'prepare'", "DISCARD TEMP"})
        EXPECT_TRUE(mentions_prepared_statements(sql)) << sql;
    for (const char* sql : {"", "select 1", "select p, d, e", "exec n", "prepar"})
        EXPECT_FALSE(mentions_prepared_statements(sql)) << sql;
}

TEST(FirstLook, FindsNotableBeginnings) {
    for (const char* sql : {"commit", " ;/* a /* b */ */ FETCH c", "-- c\nEXECUTE n", "explain execute n"})
        EXPECT_TRUE(begins_notably(sql)) << sql;
    for (const char* sql : {"", "select 1", "/* commit */ select 1", "explain select 1", "create table t()"})
        EXPECT_FALSE(begins_notably(sql)) << sql;
}

TEST(FirstLook, FindsWhatMayCopy) {
    for (const char* sql : {"COPY t FROM STDIN", " \n;copy t from Stdin", "/* */ copy t from stdout"})
        EXPECT_TRUE(may_copy_from_stdin(sql)) << sql;
    for (const char* sql : {"", " ", "copy t from 'f'", "select 'copy', 'stdin'"})
        EXPECT_FALSE(may_copy_from_stdin(sql)) << sql;
}

TEST(FirstLook, KnowsWhatCannotEndItsTransaction) {
    for (const char* sql : {"select 1", "(select 1)", "-- c\n with a as (select 1) table a", "MERGE into t"})
        EXPECT_EQ(effect_by_first_word(sql), statement_effect::undone) << sql;
    for (const char* sql : {"", "call p()", "commit", "explain select 1"})
        EXPECT_EQ(effect_by_first_word(sql), statement_effect::lasting) << sql;
}

TEST(FirstLook, KnowsUtilitiesWithoutRows) {
    for (const char* sql : {"set a to 1", "BEGIN", "create table t()", "declare c cursor for select 1"})
        EXPECT_TRUE(is_utility_without_rows(sql)) << sql;
    for (const char* sql : {"select 1", "show a", "create table t as select $1::int", "fetch c"})
        EXPECT_FALSE(is_utility_without_rows(sql)) << sql;
}

}  // namespace
}  // namespace pgsidecar
