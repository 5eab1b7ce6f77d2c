#include "proxy/config/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgsidecar::config {
namespace {

TEST(Address, ReadsAndPrints) {
    const struct {
        std::string text;
        address expected;
    } cases[] = {
        {"127.0.0.1:6432", address::tcp("127.0.0.1", 6432)},
        {"0.0.0.0:1", address::tcp("0.0.0.0", 1)},
        {"localhost:65535", address::tcp("localhost", 65535)},
        {"pgbouncer.my_pool-2.svc.cluster.local:6432",
         address::tcp("pgbouncer.my_pool-2.svc.cluster.local", 6432)},
        {"1st.example:5432", address::tcp("1st.example", 5432)},
        {"[::1]:6432", address::tcp("::1", 6432)},
        {"[2001:db8::7]:6432", address::tcp("2001:db8::7", 6432)},
        {"[fe80::1%eth0]:6432", address::tcp("fe80::1%eth0", 6432)},
        {"unix:/run/.s.PGSQL.6432", address::unix_socket("/run/.s.PGSQL.6432")},
        {"unix:/with blank, comma:1", address::unix_socket("/with blank, comma:1")},
        {"unix:/" + std::string(106, 'x'), address::unix_socket("/" + std::string(106, 'x'))},
    };
    for (const auto& [text, expected] : cases) {
        const auto found = parse_address(text);
        ASSERT_TRUE(found) << text;
        EXPECT_EQ(*found, expected) << text;
        EXPECT_EQ(to_string(*found), text);
    }
}

TEST(Address, RefusesEverythingElse) {
    const std::string cases[] = {
        "",
        ":",
        "localhost",
        "localhost:",
        ":6432",
        "localhost:0",
        "localhost:65536",
        "localhost:-1",
        "localhost:+1",
        "localhost:6432 ",
        " localhost:6432",
        "localhost: 6432",
        "localhost:0x10",
        "localhost:99999999999999999999",
        "::1:6432",
        "[::1]",
        "[::1]6432",
        "[]:6432",
        "[127.0.0.1]:6432",
        "[::g]:6432",
        "[fe80::1%]:6432",
        "[::1:6432",
        "256.1.1.1:6432",
        "1.2.3:6432",
        "6432:6432",
        "-x:1",
        ".x:1",
        "a b:1",
        "a/b:1",
        "tcp://localhost:6432",
        "postgresql://app@localhost:6432",
        "unix:",
        "unix:/",
        "unix:relative",
        "unix:/directory/",
        "/run/.s.PGSQL.6432",
        "unix:/line\nbreak",
        std::string("unix:/nul\0", 10),
        std::string("localhost\0:1", 12),
        "unix:/" + std::string(107, 'x'),
        std::string(254, 'x') + ":1",
    };
    for (const auto& text : cases) EXPECT_FALSE(parse_address(text)) << text;
}

TEST(Address, IsLocalIfOnlyThisMachineReachesIt) {
    for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "unix:/run/s"})
        EXPECT_TRUE(is_local(*parse_address(text))) << text;
    for (const char* text : {"0.0.0.0:1", "[::]:1", "192.0.2.1:1", "127.example.net:1", "db:1"})
        EXPECT_FALSE(is_local(*parse_address(text))) << text;
}

}  // namespace
}  // namespace pgsidecar::config
