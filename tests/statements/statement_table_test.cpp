#include "proxy/statements/statement_table.hpp"

#include <gtest/gtest.h>

namespace pgsidecar::test {
namespace {

using kind = table_effect::kind;

class StatementTable : public testing::Test {
protected:
    statement_ptr make(const std::string& sql) { return std::make_shared<statement>(texts.intern(sql, {})); }
    std::string sql_of(const std::string& name) const {
        const auto s = table.find(name);
        return s ? s->text->sql : "none";
    }

    text_pool texts;
    statement_table table;
};

TEST_F(StatementTable, SendingChangesAtOnce) {
    table.send({kind::set, "a", make("1")});
    EXPECT_EQ(sql_of("a"), "1");
    table.send({kind::erase, "a", nullptr});
    EXPECT_EQ(sql_of("a"), "none");
    EXPECT_FALSE(table.all_answered());
    table.answered();
    table.answered();
    EXPECT_TRUE(table.all_answered());
    EXPECT_EQ(sql_of("a"), "none");
}

TEST_F(StatementTable, AnErrorTakesBackWhatWasNotAnswered) {
    table.apply({kind::set, "a", make("1")});
    table.apply({kind::set, "", make("unnamed")});
    table.send({kind::set, "b", make("2")});
    table.answered();
    table.send({kind::set, "a", make("3")});
    table.send({kind::set, "c", make("4")});
    table.send({kind::erase_all, "", nullptr});
    table.send({kind::none, "", nullptr});
    table.send({kind::set, "a", make("5")});
    table.send({kind::erase, "nosuch", nullptr});
    EXPECT_EQ(sql_of("a"), "5");
    EXPECT_EQ(sql_of("b"), "none");
    EXPECT_EQ(sql_of(""), "unnamed");
    table.take_back_unanswered();
    EXPECT_EQ(sql_of("a"), "1");
    EXPECT_EQ(sql_of("b"), "2");
    EXPECT_EQ(sql_of("c"), "none");
    EXPECT_EQ(sql_of(""), "unnamed");
    EXPECT_EQ(table.size(), 3U);
    EXPECT_TRUE(table.all_answered());
}

TEST_F(StatementTable, FindsByTheFirst63Bytes) {
    const std::string name(63, 'n');
    table.apply({kind::set, name, make("1")});
    EXPECT_EQ(sql_of(name), "1");
    EXPECT_EQ(sql_of(name + "more"), "1");
    EXPECT_EQ(sql_of(name.substr(1)), "none");
}

TEST_F(StatementTable, EraseAllSparesTheUnnamed) {
    table.apply({kind::set, "a", make("1")});
    table.apply({kind::set, "", make("2")});
    table.apply({kind::erase_all, "", nullptr});
    EXPECT_EQ(sql_of("a"), "none");
    EXPECT_EQ(sql_of(""), "2");
}

}  // namespace
}  // namespace pgsidecar::test
