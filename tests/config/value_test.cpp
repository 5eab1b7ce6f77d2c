#include "proxy/config/value.hpp"

#include "proxy/config/settings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pgsidecar::config {
namespace {

using namespace std::chrono_literals;

template <class T>
struct good {
    std::string text;
    T value;
    std::string printed;
};

template <class T>
void expect_values(const value_type<T>& type, const std::vector<good<T>>& accepted,
                   const std::vector<std::string>& refused) {
    for (const auto& [text, value, printed] : accepted) {
        const auto found = type.parse(text);
        ASSERT_TRUE(found) << text;
        EXPECT_EQ(*found, value) << text;
        EXPECT_EQ(type.print(*found), printed) << text;
        EXPECT_EQ(type.parse(printed), value) << printed;
    }
    for (const auto& text : refused) EXPECT_FALSE(type.parse(text)) << text;
}

TEST(Value, Duration) {
    expect_values<std::chrono::milliseconds>(duration_value(1ms, 24h),
                                             {{"5s", 5s, "5s"},
                                              {"5", 5s, "5s"},
                                              {"500ms", 500ms, "500ms"},
                                              {"1ms", 1ms, "1ms"},
                                              {"1500ms", 1500ms, "1500ms"},
                                              {"2000ms", 2s, "2s"},
                                              {"2m", 2min, "120s"},
                                              {"24h", 24h, "24h"}},
                                             {"",
                                              "0",
                                              "0s",
                                              "0ms",
                                              "-1s",
                                              "1.5s",
                                              "s",
                                              "5 s",
                                              " 5s",
                                              "5s ",
                                              "5S",
                                              "5sec",
                                              "5parsecs",
                                              "1e3",
                                              "25h",
                                              "86401",
                                              "86400001ms",
                                              "18446744073709551616",
                                              "18446744073709551615s",
                                              "5124095576030432h",
                                              "99999999999999999999h"});
}

TEST(Value, DurationOfZeroWhereItIsAllowed) {
    expect_values<std::chrono::milliseconds>(duration_value(0ms, 24h), {{"0", 0ms, "0s"}, {"0ms", 0ms, "0s"}},
                                             {"-0"});
}

TEST(Value, WholeSeconds) {
    expect_values<std::chrono::seconds>(whole_seconds_value(1s, 32767s),
                                        {{"60", 60s, "60s"}, {"3000ms", 3s, "3s"}, {"9h", 32400s, "9h"}},
                                        {"0", "1500ms", "999ms", "32768", "10h"});
}

TEST(Value, Size) {
    expect_values<std::size_t>(size_value(1024, std::size_t{1} << 30),
                               {{"1024", 1024, "1KiB"},
                                {"1025", 1025, "1025"},
                                {"64KiB", 65536, "64KiB"},
                                {"16MiB", 16777216, "16MiB"},
                                {"1GiB", 1073741824, "1GiB"},
                                {"1536KiB", 1572864, "1536KiB"}},
                               {"", "0", "1023", "1073741825", "2GiB", "16MB", "16mib", "16M", "-1KiB",
                                "1.5MiB", "17179869184GiB", "18446744073709551616"});
}

TEST(Value, Number) {
    expect_values<std::size_t>(
        number_value<std::size_t>(1, 100'000), {{"1", 1, "1"}, {"100000", 100'000, "100000"}},
        {"", "0", "100001", "-1", "+1", "1 ", "0x1", "1,000", "one", "18446744073709551617"});
}

TEST(Value, Workers) {
    expect_values<unsigned>(workers_value(256),
                            {{"1", 1, "1"}, {"256", 256, "256"}, {"auto", auto_workers, "auto"}},
                            {"", "0", "257", "4294967297", "Auto", "all"});
}

TEST(Value, Switch) {
    expect_values<bool>(switch_value(), {{"true", true, "true"}, {"false", false, "false"}},
                        {"", "yes", "on", "1", "True", "truefalse"});
}

TEST(Value, ParameterName) {
    expect_values<std::string>(parameter_name_value(),
                               {{"DateStyle", "datestyle", "datestyle"},
                                {"myapp.tenant_2", "myapp.tenant_2", "myapp.tenant_2"},
                                {"_x", "_x", "_x"}},
                               {"", "a b", "a,b", "2x", ".x", "a=b", "a-b", "a\nb", std::string("a\0b", 3)});
}

}  // namespace
}  // namespace pgsidecar::config
