#include "protocol/backend_messages.hpp"

#include <gtest/gtest.h>

#include "named_case.hpp"
#include "protocol/frame.hpp"

namespace pgsidecar {
namespace {

TEST(ErrorFieldValue, FindsFieldsInAnyOrder) {
    const std::string body = raw("SERROR\0VERROR\0C42P01\0Mno\0Rroutine\0\0");
    EXPECT_EQ(error_field_value(body, error_field::severity), "ERROR");
    EXPECT_EQ(error_field_value(body, error_field::sqlstate), "42P01");
    EXPECT_EQ(error_field_value(body, error_field::message), "no");
    EXPECT_EQ(error_field_value(body, error_field::routine), "routine");
    EXPECT_EQ(error_field_value(body, error_field::hint), "");
}

TEST(ErrorFieldValue, StopsAtTheTerminator) {
    EXPECT_EQ(error_field_value(raw("M\0\0C42P01\0"), error_field::sqlstate), "");
}

TEST(ErrorFieldValue, AValueIsNoField) {
    EXPECT_EQ(error_field_value(raw("MC42P01\0\0"), error_field::sqlstate), "");
}

TEST(ErrorFieldValue, OfABodyThatIsCut) {
    const std::string body = raw("SERROR\0C42P01\0\0");
    for (std::size_t n = 0; n < body.size(); ++n) {
        const byte_view cut = byte_view(body).substr(0, n);
        EXPECT_EQ(error_field_value(cut, error_field::severity), n >= 7 ? "ERROR" : "") << n;
        EXPECT_EQ(error_field_value(cut, error_field::sqlstate), n >= 14 ? "42P01" : "") << n;
    }
}

struct severity_case {
    const char* name;
    std::string body;
    bool ends;
};

class EndsConnection : public testing::TestWithParam<severity_case> {};
TEST_P(EndsConnection, AsItsSeveritySays) { EXPECT_EQ(ends_connection(GetParam().body), GetParam().ends); }
INSTANTIATE_TEST_SUITE_P(Cases, EndsConnection,
                         testing::Values(severity_case{"error", raw("SERROR\0VERROR\0\0"), false},
                                         severity_case{"fatal", raw("SFATAL\0VFATAL\0\0"), true},
                                         severity_case{"panic", raw("SPANIC\0VPANIC\0\0"), true},
                                         severity_case{"translated", raw("SFATALE\0VFATAL\0\0"), true},
                                         severity_case{"older_server", raw("SFATAL\0C57P01\0\0"), true},
                                         severity_case{"nonlocalized_decides", raw("SFATAL\0VERROR\0\0"),
                                                       false},
                                         severity_case{"empty", "", false}),
                         case_name);

TEST(ComposeError, LeavesOutWhatIsEmpty) {
    std::string out;
    compose_error(out, {.sqlstate = "0A000", .message = "no"});
    EXPECT_EQ(out, raw("E\0\0\0\x1eSERROR\0VERROR\0C0A000\0Mno\0\0"));
}

TEST(ComposeNotice, HasEveryFieldThatIsSet) {
    std::string out;
    compose_notice(out, {.severity = "WARNING",
                         .sqlstate = "01000",
                         .message = "m",
                         .detail = "d",
                         .hint = "h",
                         .file = "f",
                         .routine = "r"});
    const auto f = peek_frame(out);
    ASSERT_TRUE(f && f->whole());
    EXPECT_EQ(f->type, 'N');
    EXPECT_EQ(f->body(), raw("SWARNING\0VWARNING\0C01000\0Mm\0Dd\0Hh\0Ff\0Rr\0\0"));
}

TEST(ParameterDescription, IsReadAsComposed) {
    const std::string types = raw("\0\0\0\x17\0\0\0\x19");
    std::string out;
    compose_parameter_description(out, types);
    EXPECT_EQ(out, raw("t\0\0\0\x0e\0\2\0\0\0\x17\0\0\0\x19"));
    EXPECT_EQ(read_parameter_description(peek_frame(out)->body()), types);
}

TEST(ParameterDescription, CountsAreUnsigned) {
    const std::string types(4 * 65'535, '\1');
    EXPECT_EQ(read_parameter_description(raw("\xff\xff") + types), types);
}

TEST(ParameterDescription, MalformedIsNotRead) {
    for (const std::string& body : {raw(""), raw("\0"), raw("\0\1\0\0\0"), raw("\0\0x")})
        EXPECT_FALSE(read_parameter_description(body)) << testing::PrintToString(body);
}

struct column {
    std::string name = "c";
    char table = 1, attribute = 1, type = 23, typlen = 4, typmod = 0, format = 0;
};

std::string row_description(std::initializer_list<column> columns) {
    std::string out{'\0', static_cast<char>(columns.size())};
    for (const column& c : columns)
        out += c.name + '\0' + std::string{0, 0,        0, c.table, 0, c.attribute, 0, 0,       0, c.type,
                                           0, c.typlen, 0, 0,       0, c.typmod,    0, c.format};
    return out;
}

struct shape_case {
    const char* name;
    std::string one, other;
    bool same;
};

class RowShape : public testing::TestWithParam<shape_case> {};

TEST_P(RowShape, IsWhatPostgreSQLCompares) {
    const auto one = read_row_shape(GetParam().one);
    const auto other = read_row_shape(GetParam().other);
    ASSERT_TRUE(one && other);
    EXPECT_EQ(*one == *other, GetParam().same);
    EXPECT_EQ(is_row_shape(*one, GetParam().other), GetParam().same);
    EXPECT_EQ(is_row_shape(*other, GetParam().one), GetParam().same);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RowShape,
    testing::Values(
        shape_case{"itself", row_description({{}, {"d"}}), row_description({{}, {"d"}}), true},
        shape_case{"another_table", row_description({{}}), row_description({{.table = 2}}), true},
        shape_case{"another_attribute", row_description({{}}), row_description({{.attribute = 2}}), true},
        shape_case{"another_format", row_description({{}}), row_description({{.format = 1}}), true},
        shape_case{"another_name", row_description({{}}), row_description({{"d"}}), false},
        shape_case{"another_type", row_description({{}}), row_description({{.type = 25}}), false},
        shape_case{"another_typmod", row_description({{}}), row_description({{.typmod = 9}}), false},
        shape_case{"another_order", row_description({{"a"}, {"b"}}), row_description({{"b"}, {"a"}}), false},
        shape_case{"one_more", row_description({{}}), row_description({{}, {}}), false},
        shape_case{"none_and_one", row_description({}), row_description({{}}), false}),
    case_name);

TEST(RowShape, RowsWithoutColumnsHaveAShape) {
    const auto shape = read_row_shape(row_description({}));
    ASSERT_TRUE(shape);
    EXPECT_FALSE(shape->empty());
}

TEST(RowShape, MalformedIsNotRead) {
    const std::string good = row_description({{}, {"d"}});
    const std::string shape = read_row_shape(good).value_or("");
    for (std::size_t n = 0; n < good.size(); ++n) {
        EXPECT_FALSE(read_row_shape(byte_view(good).substr(0, n))) << n;
        EXPECT_FALSE(is_row_shape(shape, byte_view(good).substr(0, n))) << n;
    }
    EXPECT_FALSE(read_row_shape(good + "x"));
    EXPECT_FALSE(is_row_shape(shape, good + "x"));
}

TEST(ParameterStatus, ShowsNameAndValue) {
    const std::string body = raw("client_encoding\0UTF8\0");
    const auto status = read_parameter_status(body);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->name, "client_encoding");
    EXPECT_EQ(status->value, "UTF8");
    EXPECT_FALSE(read_parameter_status(raw("client_encoding\0UTF8")));
    EXPECT_FALSE(read_parameter_status(""));
}

TEST(ReadyForQuery, IsComposed) {
    std::string out;
    compose_ready_for_query(out, transaction_status::failed);
    EXPECT_EQ(out, raw("Z\0\0\0\5E"));
}

TEST(BareReply, IsAHeaderAlone) {
    std::string out;
    compose_bare(out, backend::parse_complete);
    EXPECT_EQ(out, raw("1\0\0\0\4"));
}

}  // namespace
}  // namespace pgsidecar
