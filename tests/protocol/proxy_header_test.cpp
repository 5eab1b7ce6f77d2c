#include "protocol/proxy_header.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "named_case.hpp"

namespace pgsidecar {
namespace {

using namespace std::string_literals;
using family = proxy_header::family;

const std::string signature = "\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A"s;

std::string header(int version_and_command, int family_and_transport, const std::string& rest) {
    return signature + static_cast<char>(version_and_command) + static_cast<char>(family_and_transport) +
           static_cast<char>(rest.size() >> 8) + static_cast<char>(rest.size() & 0xff) + rest;
}

const std::string tcp4_ends = "\xc0\x00\x02\x01\xcb\x00\x71\x07\xdc\x04\x15\x38"s;

std::optional<proxy_header> read(const std::string& bytes) {
    const auto result = read_proxy_header(bytes);
    const auto* found = std::get_if<proxy_header>(&result);
    return found ? std::optional(*found) : std::nullopt;
}

bool is_malformed(const std::string& bytes) {
    return std::holds_alternative<malformed_header>(read_proxy_header(bytes));
}

std::optional<std::size_t> missing(const std::string& bytes) {
    const auto result = read_proxy_header(bytes);
    const auto* partial = std::get_if<partial_header>(&result);
    return partial ? std::optional(partial->missing) : std::nullopt;
}

TEST(ProxyHeader, TellsBothEndsOfATcp4Connection) {
    const auto bytes = header(0x21, 0x11, tcp4_ends);
    const auto told = read(bytes);
    ASSERT_TRUE(told);
    EXPECT_FALSE(told->local);
    EXPECT_EQ(told->of, family::tcp4);
    EXPECT_EQ(told->source, (proxied_end{"\xc0\x00\x02\x01"s, 0xdc04}));
    EXPECT_EQ(told->destination, (proxied_end{"\xcb\x00\x71\x07"s, 5432}));
}

TEST(ProxyHeader, TellsBothEndsOfATcp6Connection) {
    const std::string from = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + '\x01';
    const std::string to = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + '\x02';
    const auto bytes = header(0x21, 0x21, from + to + "\x10\x01\x15\x38");
    const auto told = read(bytes);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->of, family::tcp6);
    EXPECT_EQ(told->source, (proxied_end{from, 4097}));
    EXPECT_EQ(told->destination, (proxied_end{to, 5432}));
}

TEST(ProxyHeader, TellsPathsOfUnixSockets) {
    std::string to = "/run/socket";
    to.resize(108);
    const auto bytes = header(0x21, 0x31, std::string(108, '\0') + to);
    const auto told = read(bytes);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->of, family::unix_socket);
    EXPECT_EQ(told->source, proxied_end{});
    EXPECT_EQ(told->destination, proxied_end{"/run/socket"});
}

TEST(ProxyHeader, WhatIsNotAStreamIsUnspecified) {
    for (const int datagram : {0x00, 0x12, 0x22, 0x32}) {
        const auto told = read(header(0x21, datagram, tcp4_ends));
        ASSERT_TRUE(told);
        EXPECT_EQ(*told, proxy_header{});
    }
}

TEST(ProxyHeader, LocalIsTakenWhateverElseItSays) {
    for (const int of : {0x00, 0x11, 0x21, 0xff}) {
        const auto told = read(header(0x20, of, "anything"));
        ASSERT_TRUE(told);
        EXPECT_TRUE(told->local);
        EXPECT_EQ(told->of, family::unspecified);
    }
}

TEST(ProxyHeader, TlvsAreSkipped) {
    const auto bytes = header(0x21, 0x11, tcp4_ends + "\x04\x00\x01?\x02\x00\x04host"s);
    const auto told = read(bytes);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->source.port, 0xdc04);
}

TEST(ProxyHeader, EveryPieceSaysHowMuchIsMissing) {
    const auto bytes = header(0x21, 0x11, tcp4_ends + "\x04\x00\x01?"s);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        const std::size_t target = n < proxy_header_start ? proxy_header_start : bytes.size();
        EXPECT_EQ(missing(bytes.substr(0, n)), target - n) << n;
    }
}

TEST(ProxyHeader, AnotherClientIsRefusedAtItsFirstWrongByte) {
    EXPECT_TRUE(is_malformed("\0"s));
    EXPECT_TRUE(is_malformed("\0\0\0\x08\x04\xd2\x16\x2f"s));
    EXPECT_TRUE(is_malformed("PROXY TCP4 "s));
    EXPECT_TRUE(is_malformed("\r\n\r\n\1"s));
}

TEST(ProxyHeader, LimitIsHeld) {
    const std::string most(proxy_header_limit - proxy_header_start, '\0');
    EXPECT_TRUE(read(header(0x21, 0x11, most)));
    EXPECT_TRUE(is_malformed(header(0x21, 0x11, most + '\0').substr(0, proxy_header_start)));
}

struct bad_header {
    const char* name;
    std::string bytes;
};

class BadHeader : public testing::TestWithParam<bad_header> {};

TEST_P(BadHeader, IsMalformed) { EXPECT_TRUE(is_malformed(GetParam().bytes)); }

INSTANTIATE_TEST_SUITE_P(
    Cases, BadHeader,
    testing::Values(bad_header{"version_1", header(0x11, 0x11, tcp4_ends)},
                    bad_header{"version_3", header(0x31, 0x11, tcp4_ends)},
                    bad_header{"unknown_command", header(0x22, 0x11, tcp4_ends)},
                    bad_header{"unknown_family", header(0x21, 0x41, tcp4_ends)},
                    bad_header{"unknown_transport", header(0x21, 0x13, tcp4_ends)},
                    bad_header{"family_without_transport", header(0x21, 0x10, tcp4_ends)},
                    bad_header{"transport_without_family", header(0x21, 0x01, tcp4_ends)},
                    bad_header{"short_tcp4", header(0x21, 0x11, tcp4_ends.substr(1))},
                    bad_header{"short_tcp6", header(0x21, 0x21, tcp4_ends)},
                    bad_header{"short_unix", header(0x21, 0x31, std::string(215, '/'))}),
    case_name);

std::string composed(const proxy_header& what) {
    std::string out;
    compose_proxy_header(out, what);
    return out;
}

TEST(ProxyHeader, IsComposedAsItIsRead) {
    const std::string address6 = "0123456789abcdef";
    const proxy_header headers[] = {
        {},
        {.local = true, .of = family::unspecified, .source = {}, .destination = {}},
        {.local = false, .of = family::tcp4, .source = {"abcd", 1}, .destination = {"efgh", 65535}},
        {.local = false, .of = family::tcp6, .source = {address6, 1}, .destination = {address6, 2}},
        {.local = false, .of = family::unix_socket, .source = {}, .destination = {"/path", 0}},
    };
    for (const proxy_header& each : headers) {
        const std::string bytes = composed(each);
        const auto again = read(bytes);
        ASSERT_TRUE(again);
        EXPECT_EQ(*again, each);
    }
    EXPECT_EQ(composed(headers[2]), header(0x21, 0x11, "abcdefgh\x00\x01\xff\xff"s));
    EXPECT_EQ(composed(headers[1]), header(0x20, 0x00, ""));
}

TEST(ProxyHeader, LongPathIsCut) {
    const std::string path = "/" + std::string(200, 'x');
    const std::string bytes =
        composed({.local = false, .of = family::unix_socket, .source = {path, 0}, .destination = {}});
    const auto again = read(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->source.address, path.substr(0, 108));
}

}  // namespace
}  // namespace pgsidecar
