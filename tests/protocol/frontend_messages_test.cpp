#include "protocol/frontend_messages.hpp"

#include <gtest/gtest.h>

#include "named_case.hpp"

namespace pgsidecar {
namespace {

TEST(ReadParse, ShowsItsFields) {
    const std::string body = raw("name\0select 1\0\0\2\0\0\0\x17\0\0\0\0");
    const auto p = read_parse(body);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->statement, "name");
    EXPECT_EQ(p->query, "select 1");
    EXPECT_EQ(p->parameter_types, raw("\0\0\0\x17\0\0\0\0"));
}

TEST(ReadParse, CountsAreUnsigned) {
    const std::string types(4 * 65'535, '\1');
    const std::string body = raw("\0\0\xff\xff") + types;
    const auto p = read_parse(body);
    ASSERT_TRUE(p);
    EXPECT_EQ(p->parameter_types, types);
}

struct body_case {
    const char* name;
    std::string body;
};

class MalformedParse : public testing::TestWithParam<body_case> {};
TEST_P(MalformedParse, IsNotRead) { EXPECT_FALSE(read_parse(GetParam().body)); }
INSTANTIATE_TEST_SUITE_P(Cases, MalformedParse,
                         testing::Values(body_case{"empty", ""}, body_case{"no_query", raw("a\0")},
                                         body_case{"query_without_nul", raw("a\0select")},
                                         body_case{"no_count", raw("a\0q\0")},
                                         body_case{"half_a_count", raw("a\0q\0\0")},
                                         body_case{"too_few_types", raw("a\0q\0\0\2\0\0\0\1")},
                                         body_case{"bytes_behind", raw("a\0q\0\0\0x")}),
                         case_name);

struct bind_case {
    const char* name;
    std::string body;
    byte_view portal, statement;
    std::size_t tail_at;
    std::optional<std::uint16_t> parameter_count;
};

class ReadBind : public testing::TestWithParam<bind_case> {};

TEST_P(ReadBind, ShowsNamesAndCount) {
    const bind_case& c = GetParam();
    const auto b = read_bind(c.body);
    ASSERT_TRUE(b);
    EXPECT_EQ(b->portal, c.portal);
    EXPECT_EQ(b->statement, c.statement);
    EXPECT_EQ(b->tail_at, c.tail_at);
    EXPECT_EQ(b->parameter_count, c.parameter_count);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ReadBind,
    testing::Values(bind_case{"unnamed", raw("\0\0\0\0\0\0\0\0"), "", "", 2, 0},
                    bind_case{"named", raw("p\0s1\0\0\0\0\0\0\0"), "p", "s1", 5, 0},
                    bind_case{"formats_stand_before_the_count", raw("\0s\0\0\2\0\1\0\0\0\3"), "", "s", 3, 3},
                    bind_case{"values_are_not_looked_at", raw("\0\0\0\0\0\1\xff\xff"), "", "", 2, 1},
                    bind_case{"largest_count", raw("\0\0\0\0\xff\xff"), "", "", 2, 65'535},
                    bind_case{"names_alone", raw("p\0s\0"), "p", "s", 4, std::nullopt},
                    bind_case{"half_a_count", raw("\0\0\0\0\0"), "", "", 2, std::nullopt},
                    bind_case{"formats_cut", raw("\0\0\0\2\0\1"), "", "", 2, std::nullopt}),
    case_name);

TEST(ReadBind, NeedsBothNames) {
    EXPECT_FALSE(read_bind(""));
    EXPECT_FALSE(read_bind("portal"));
    EXPECT_FALSE(read_bind(raw("portal\0statement")));
}

TEST(ReadBind, NoCutShowsAnotherCount) {
    const std::string body = raw("p\0s\0\0\1\0\1\0\2\0\0\0\1x\0\0\0\1y\0\0");
    const auto whole = read_bind(body);
    for (std::size_t n = 0; n < body.size(); ++n) {
        const auto b = read_bind(byte_view(body).substr(0, n));
        EXPECT_EQ(b.has_value(), n >= 4) << n;
        if (!b) continue;
        EXPECT_EQ(b->parameter_count, n >= 10 ? whole->parameter_count : std::nullopt) << n;
    }
}

TEST(ReadTarget, TellsStatementFromPortal) {
    const std::string statement = raw("Sname\0");
    ASSERT_TRUE(read_target(statement));
    EXPECT_EQ(read_target(statement)->kind, target_kind::statement);
    EXPECT_EQ(read_target(statement)->name, "name");
    const std::string portal = raw("P\0");
    ASSERT_TRUE(read_target(portal));
    EXPECT_EQ(read_target(portal)->kind, target_kind::portal);
    EXPECT_EQ(read_target(portal)->name, "");
}

class MalformedTarget : public testing::TestWithParam<body_case> {};
TEST_P(MalformedTarget, IsNotRead) { EXPECT_FALSE(read_target(GetParam().body)); }
INSTANTIATE_TEST_SUITE_P(Cases, MalformedTarget,
                         testing::Values(body_case{"empty", ""}, body_case{"no_name", "S"},
                                         body_case{"other_kind", raw("Xname\0")},
                                         body_case{"lower_case", raw("sname\0")},
                                         body_case{"name_without_nul", "Sname"},
                                         body_case{"bytes_behind", raw("Sname\0x")}),
                         case_name);

TEST(ReadExecutePortal, ShowsThePortal) {
    EXPECT_EQ(read_execute_portal(raw("p\0\0\0\0\1")), "p");
    EXPECT_EQ(read_execute_portal(raw("\0\0\0\0\0")), "");
    EXPECT_FALSE(read_execute_portal("p"));
}

TEST(ReadQuery, EndsAtItsOnlyNul) {
    EXPECT_EQ(read_query(raw("select 1\0")), "select 1");
    EXPECT_EQ(read_query(raw("\0")), "");
    EXPECT_FALSE(read_query(""));
    EXPECT_FALSE(read_query("select 1"));
    EXPECT_FALSE(read_query(raw("select 1\0; select 2\0")));
}

struct composed_case {
    const char* name;
    void (*compose)(std::string&);
    std::string bytes;
};

class Compose : public testing::TestWithParam<composed_case> {};

TEST_P(Compose, WritesTheMessage) {
    std::string out;
    GetParam().compose(out);
    EXPECT_EQ(out, GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Compose,
    testing::Values(
        composed_case{"parse",
                      [](std::string& out) { compose_parse(out, "s", "q", byte_view("\0\0\0\x19", 4)); },
                      raw("P\0\0\0\x0es\0q\0\0\1\0\0\0\x19")},
        composed_case{"parse_of_nothing", [](std::string& out) { compose_parse(out, {}, {}); },
                      raw("P\0\0\0\x08\0\0\0\0")},
        composed_case{"parse_head", [](std::string& out) { compose_parse_head(out, "s", 100); },
                      raw("P\0\0\0\x6as\0")},
        composed_case{"bind", [](std::string& out) { compose_bind(out, "p", "s"); },
                      raw("B\0\0\0\x0ep\0s\0\0\0\0\0\0\0")},
        composed_case{"bind_head", [](std::string& out) { compose_bind_head(out, "p", {}, 0x10000); },
                      raw("B\0\1\0\x07p\0\0")},
        composed_case{"describe_statement",
                      [](std::string& out) { compose_describe(out, target_kind::statement, "s"); },
                      raw("D\0\0\0\x07Ss\0")},
        composed_case{"close_portal", [](std::string& out) { compose_close(out, target_kind::portal, {}); },
                      raw("C\0\0\0\x06P\0")},
        composed_case{"execute", [](std::string& out) { compose_execute(out, "p", 0x01020304); },
                      raw("E\0\0\0\x0ap\0\1\2\3\4")},
        composed_case{"query", [](std::string& out) { compose_query(out, "q"); }, raw("Q\0\0\0\x06q\0")},
        composed_case{"copy_fail", [](std::string& out) { compose_copy_fail(out, "no"); },
                      raw("f\0\0\0\x07no\0")},
        composed_case{"sync", [](std::string& out) { compose_bare(out, frontend::sync); }, raw("S\0\0\0\4")},
        composed_case{"one_behind_another",
                      [](std::string& out) {
                          compose_bare(out, frontend::flush);
                          compose_bare(out, frontend::terminate);
                      },
                      raw("H\0\0\0\4X\0\0\0\4")}),
    case_name);

}  // namespace
}  // namespace pgsidecar
