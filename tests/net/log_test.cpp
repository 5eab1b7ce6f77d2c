#include "proxy/net/log.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace pgsidecar::log {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Log : public ::testing::Test {
protected:
    void TearDown() override { close(); }

    void set_up(level least, format lines) {
        written_.clear();
        log::set_up(least, lines, [this](std::string_view some) {
            written_.append(some);
            return true;
        });
    }
    // What has been written by now.
    const std::string& written() {
        EXPECT_TRUE(flush(std::chrono::minutes(1)));
        return written_;
    }

    // What an event writes behind the time.
    std::string text(std::uint64_t session, std::string_view message,
                     std::initializer_list<field> fields = {}) {
        return write(format::text, session, message, fields)
            .substr(std::string("2026-11-24T13:30:00.123Z ").size());
    }
    std::string json(std::uint64_t session, std::string_view message,
                     std::initializer_list<field> fields = {}) {
        const auto line = write(format::json, session, message, fields);
        return "{" + line.substr(std::string(R"({"time":"2026-11-24T13:30:00.123Z",)").size());
    }

    std::string value_in_text(std::string_view value) {
        return text(no_session, "m", {{"v", value}}).substr(10);
    }
    std::string value_in_json(std::string_view value) {
        const auto line = json(no_session, "m", {{"v", value}});
        const auto begin = std::string(R"({"level":"info","message":"m","v":)").size();
        return line.substr(begin, line.size() - begin - 2);  // without "}\n"
    }

private:
    std::string written_;  // by the thread that writes; looked at when it has nothing to do

    std::string write(format lines, std::uint64_t session, std::string_view message,
                      std::initializer_list<field> fields) {
        set_up(level::info, lines);
        event(level::info, session, message, fields);
        return written();
    }
};

TEST_F(Log, WritesText) {
    EXPECT_EQ(text(42, "client connected", {{"user", "app"}, {"database", std::string("db")}}),
              "info  [s42] client connected user=app database=db\n");
    EXPECT_EQ(text(no_session, "listening"), "info  listening\n");
}

TEST_F(Log, WritesJson) {
    EXPECT_EQ(json(42, "client connected", {{"user", "app"}}),
              "{\"level\":\"info\",\"session\":42,\"message\":\"client connected\",\"user\":\"app\"}\n");
    EXPECT_EQ(json(no_session, "listening"), "{\"level\":\"info\",\"message\":\"listening\"}\n");
}

TEST_F(Log, StartsWithTheTimeInUtc) {
    set_up(level::info, format::text);
    event(level::info, no_session, "m");
    const std::string time = "2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";
    EXPECT_THAT(written(), MatchesRegex(time + " info  m\n"));
    set_up(level::info, format::json);
    event(level::info, no_session, "m");
    EXPECT_THAT(written(),
                MatchesRegex("\\{\"time\":\"" + time + "\",\"level\":\"info\",\"message\":\"m\"\\}\n"));
}

TEST_F(Log, WritesNumbersAndTruth) {
    const std::initializer_list<field> fields = {{"a", -1},
                                                 {"b", 0u},
                                                 {"c", std::int64_t{-9223372036854775807}},
                                                 {"d", std::uint64_t{18446744073709551615u}},
                                                 {"e", true},
                                                 {"f", std::uint16_t{6432}},
                                                 {"g", std::size_t{7}}};
    EXPECT_EQ(text(no_session, "m", fields),
              "info  m a=-1 b=0 c=-9223372036854775807 d=18446744073709551615 e=true f=6432 g=7\n");
    EXPECT_THAT(
        json(no_session, "m", fields),
        HasSubstr(
            R"("a":-1,"b":0,"c":-9223372036854775807,"d":18446744073709551615,"e":true,"f":6432,"g":7})"));
}

TEST_F(Log, KeepsValuesOfAnyBytesApart) {
    const struct {
        std::string value, text, json;
    } cases[] = {
        {"app", "app", R"("app")"},
        {"", R"("")", R"("")"},
        {"two words", R"("two words")", R"("two words")"},
        {"a=b", R"("a=b")", R"("a=b")"},
        {"say \"hi\"", R"("say \"hi\"")", R"("say \"hi\"")"},
        {"back\\slash", R"("back\\slash")", R"("back\\slash")"},
        {"{}%v{0}", "{}%v{0}", R"("{}%v{0}")"},
        {"x\n2026-11-24 error forged", R"("x\n2026-11-24 error forged")", R"("x\n2026-11-24 error forged")"},
        {"\r\t\b\f", R"("\r\t\u0008\u000c")", R"("\r\t\u0008\u000c")"},
        {std::string("a\0b", 3), R"("a\u0000b")", R"("a\u0000b")"},
        {"\x1b[31m\x7f", R"("\u001b[31m\u007f")", R"("\u001b[31m\u007f")"},
        {"J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80", "\"J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80\"",
         "\"J\xc3\xbcrgen \xe2\x82\xac \xf0\x9f\x98\x80\""},
        {"\xc2\x85\xc2\x9b\xc2\xa0", "\"\\u0085\\u009b\xc2\xa0\"", "\"\\u0085\\u009b\xc2\xa0\""},
        {"\xe2\x80\xa8\xe2\x80\xa9", R"("\u2028\u2029")", R"("\u2028\u2029")"},
    };
    for (const auto& [value, as_text, as_json] : cases) {
        EXPECT_EQ(value_in_text(value), as_text + "\n");
        EXPECT_EQ(value_in_json(value), as_json);
    }
}

TEST_F(Log, ReplacesWhatIsNotUtf8) {
    const std::string r = "\xef\xbf\xbd";
    const struct {
        std::string value, shown;
    } cases[] = {
        {"\xff", r},
        {"\x80", r},
        {"a\xc3", "a" + r},
        {"\xc3(", r + "("},
        {"\xc0\xaf", r + r},
        {"\xe2\x82", r + r},
        {"\xe2\x82z", r + r + "z"},
        {"\xe0\x80\xaf", r + r + r},
        {"\xed\xa0\x80", r + r + r},
        {"\xf0\x80\x80\x80", r + r + r + r},
        {"\xf4\x90\x80\x80", r + r + r + r},
        {"\xf5\x80\x80\x80", r + r + r + r},
        {"\xf0\x9f\x98", r + r + r},
        {"\xf0\x9f\x98z", r + r + r + "z"},
        {"\xed\x9f\xbf\xf4\x8f\xbf\xbf", "\xed\x9f\xbf\xf4\x8f\xbf\xbf"},
    };
    for (const auto& [value, shown] : cases) {
        EXPECT_EQ(value_in_text(value), "\"" + shown + "\"\n");
        EXPECT_EQ(value_in_json(value), "\"" + shown + "\"");
    }
}

TEST_F(Log, CutsLongValuesBetweenCharacters) {
    EXPECT_EQ(value_in_text(std::string(1024, 'x')), std::string(1024, 'x') + "\n");
    EXPECT_EQ(value_in_text(std::string(1025, 'x')), "\"" + std::string(1024, 'x') + "…\"\n");
    std::string euros;
    for (int i = 0; i < 400; ++i) euros += "\xe2\x82\xac";
    EXPECT_EQ(value_in_json(euros), "\"" + euros.substr(0, 1023) + "…\"");
}

TEST_F(Log, MessagesCannotBreakALineEither) {
    EXPECT_EQ(text(1, "a\nb \"c\""), "info  [s1] a\\nb \\\"c\\\"\n");
    EXPECT_THAT(json(1, "a\nb \"c\""), HasSubstr(R"("message":"a\nb \"c\"")"));
}

TEST_F(Log, WritesFromTheLevelThatIsSet) {
    const std::vector<std::pair<level, std::string>> levels = {{level::trace, "trace "},
                                                               {level::debug, "debug "},
                                                               {level::info, "info  "},
                                                               {level::warn, "warn  "},
                                                               {level::error, "error "}};
    for (const auto& [least, ignored] : levels) {
        for (const auto& [at, name] : levels) {
            set_up(least, format::text);
            event(at, no_session, "m");
            EXPECT_EQ(enabled(at), at >= least);
            if (at >= least)
                EXPECT_THAT(written(), HasSubstr(" " + name + "m\n"));
            else
                EXPECT_EQ(written(), "");
        }
    }
}

TEST_F(Log, OffWritesNothing) {
    set_up(level::off, format::text);
    for (const auto at : {level::trace, level::error, level::off}) {
        EXPECT_FALSE(enabled(at));
        event(at, no_session, "m");
    }
    set_up(level::trace, format::text);
    EXPECT_FALSE(enabled(level::off));
    event(level::off, no_session, "m");
    EXPECT_EQ(written(), "");
}

TEST_F(Log, LinesOfThreadsDoNotMix) {
    set_up(level::info, format::text);
    std::vector<std::thread> threads;
    for (std::uint64_t id = 1; id <= 4; ++id)
        threads.emplace_back([id] {
            for (int i = 0; i < 200; ++i) event(level::info, id, "tick", {{"i", i}});
        });
    for (auto& thread : threads) thread.join();
    std::istringstream lines(written());
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count)
        EXPECT_THAT(line.substr(25), MatchesRegex("info  \\[s[1-4]\\] tick i=[0-9]+"));
    EXPECT_EQ(count, 800);
}

}  // namespace
}  // namespace pgsidecar::log
