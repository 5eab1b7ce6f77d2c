#include "proxy/statements/text_pool.hpp"

#include <gtest/gtest.h>

#include "proxy/sql/sql_facts.hpp"

namespace pgsidecar::test {
namespace {

TEST(TextPool, SharesByTextAndTypes) {
    text_pool pool;
    const auto a = pool.intern("select $1", std::string_view("\0\0\0\x17", 4));
    EXPECT_EQ(a, pool.intern("select $1", std::string_view("\0\0\0\x17", 4)));
    EXPECT_NE(a, pool.intern("select $1", std::string_view("\0\0\0\x14", 4)));
    EXPECT_NE(a, pool.intern("select $2", std::string_view("\0\0\0\x17", 4)));
    EXPECT_EQ(pool.text_count(), 1U);
}

TEST(TextPool, ForgetsATextWithItsLastUser) {
    text_pool pool;
    auto a = pool.intern("select 1", {});
    auto b = pool.intern("select 1", {});
    a.reset();
    EXPECT_EQ(pool.text_count(), 1U);
    b.reset();
    EXPECT_EQ(pool.text_count(), 0U);
    EXPECT_EQ(pool.intern("select 1", {})->sql, "select 1");
}

TEST(TextPool, TextsOfAnyBytes) {
    text_pool pool;
    const std::string with_nul("a\0b", 3);
    const auto a = pool.intern("", {}), b = pool.intern(with_nul, {});
    EXPECT_EQ(a->sql, "");
    EXPECT_EQ(b->sql, with_nul);
    EXPECT_NE(a, b);
}

TEST(TextPool, SharesBirthData) {
    text_pool pool;
    const auto a = pool.intern_birth("types", "shape");
    EXPECT_EQ(a, pool.intern_birth("types", "shape"));
    EXPECT_NE(a, pool.intern_birth("types", ""));
    EXPECT_EQ(a->parameter_types, "types");
    EXPECT_EQ(a->shape, "shape");
}

TEST(TextPool, ReadsTheFactsOfATextOnce) {
    text_pool pool;
    const auto text = pool.intern("DEALLOCATE n", {});
    ASSERT_TRUE(text->facts().uses);
    EXPECT_EQ(&text->facts(), &pool.intern("DEALLOCATE n", {})->facts());
    EXPECT_EQ(text->highest_parameter(), 0U);
}

}  // namespace
}  // namespace pgsidecar::test
