#include "protocol/startup_messages.hpp"

#include <gmock/gmock.h>

#include <string>

namespace pgsidecar {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// With the length word that `rest` needs.
std::string packet(const std::string& rest) {
    std::string out = {0, 0, static_cast<char>((rest.size() + 4) >> 8),
                       static_cast<char>((rest.size() + 4) & 0xff)};
    return out + rest;
}

const std::string version_3_0 = "\0\3\0\0"s;
const std::string cancel_request = "\x04\xd2\x16\x2e"s;

template <class Packet>
std::optional<Packet> read_as(const std::string& bytes) {
    const startup_packet read = read_startup_packet(bytes);
    const auto* found = std::get_if<Packet>(&read);
    return found ? std::optional<Packet>(*found) : std::nullopt;
}

TEST(StartupPacket, SizeIsToldByItsFirstFourBytes) {
    EXPECT_EQ(peek_startup_packet_size("\0\0\0"s), std::nullopt);
    EXPECT_EQ(peek_startup_packet_size("\0\0\0\x08"s), 8U);
    EXPECT_EQ(peek_startup_packet_size("\xff\xff\xff\xff"s), 0xffffffffU);
}

TEST(StartupPacket, StartupMessageHasVersionAndParametersInOrder) {
    const auto bytes = packet(version_3_0 + "user\0me\0database\0\0user\0you\0\0"s);
    const auto read = read_as<startup_view>(bytes);
    ASSERT_TRUE(read && read->parameters);
    EXPECT_EQ(read->major, 3);
    EXPECT_EQ(read->minor, 0);
    EXPECT_THAT(*read->parameters,
                ElementsAre(startup_parameter{"user", "me"}, startup_parameter{"database", ""},
                            startup_parameter{"user", "you"}));
}

TEST(StartupPacket, StartupMessageMayHaveNoParameters) {
    const auto bytes = packet(version_3_0 + "\0"s);
    const auto read = read_as<startup_view>(bytes);
    ASSERT_TRUE(read && read->parameters);
    EXPECT_THAT(*read->parameters, IsEmpty());
}

TEST(StartupPacket, MinorVersionsAreRead) {
    const auto bytes = packet("\0\3\0\2user\0me\0_pq_.x\0on\0\0"s);
    const auto read = read_as<startup_view>(bytes);
    ASSERT_TRUE(read && read->parameters);
    EXPECT_EQ(read->minor, 2);
    EXPECT_TRUE(is_protocol_option((*read->parameters)[1].name));
    EXPECT_FALSE(is_protocol_option((*read->parameters)[0].name));
}

struct bad_layout {
    const char* name;
    std::string parameters;
};

class BadLayout : public testing::TestWithParam<bad_layout> {};

TEST_P(BadLayout, HasNoParameters) {
    const auto bytes = packet(version_3_0 + GetParam().parameters);
    const auto read = read_as<startup_view>(bytes);
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->parameters);
}

INSTANTIATE_TEST_SUITE_P(Cases, BadLayout,
                         testing::Values(bad_layout{"nothing", ""},
                                         bad_layout{"no_terminator", "user\0me\0"s},
                                         bad_layout{"name_without_end", "user"},
                                         bad_layout{"no_value", "user\0"s},
                                         bad_layout{"value_without_end", "user\0me"s},
                                         bad_layout{"bytes_behind_the_terminator", "user\0me\0\0x"s}),
                         [](const auto& i) { return i.param.name; });

TEST(StartupPacket, ParametersOfAnotherMajorVersionAreNotLookedAt) {
    const auto read = read_as<startup_view>(packet("\0\2\0\0"s + std::string(288, 'x')));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->major, 2);
    EXPECT_FALSE(read->parameters);
}

TEST(StartupPacket, EncryptionRequests) {
    EXPECT_TRUE(read_as<ssl_request>("\0\0\0\x08\x04\xd2\x16\x2f"s));
    EXPECT_TRUE(read_as<gssenc_request>("\0\0\0\x08\x04\xd2\x16\x30"s));
    EXPECT_TRUE(read_as<startup_view>("\0\0\0\x08\x04\xd2\x16\x31"s)) << "a version that nobody speaks";
}

TEST(StartupPacket, CancelRequestOfProtocol30) {
    const auto bytes = packet(cancel_request + "\0\0\1\2\xde\xad\xbe\xef"s);
    const auto read = read_as<cancel_view>(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->process_id, 258U);
    EXPECT_EQ(read->secret_key, "\xde\xad\xbe\xef");
}

TEST(StartupPacket, CancelRequestKeysMayHaveUpTo256Bytes) {
    for (const std::size_t size : {4U, 5U, 32U, 256U}) {
        const auto bytes = packet(cancel_request + "\0\0\0\1"s + std::string(size, 'k'));
        const auto read = read_as<cancel_view>(bytes);
        ASSERT_TRUE(read) << size;
        EXPECT_EQ(read->secret_key, std::string(size, 'k'));
    }
    for (const std::size_t size : {0U, 3U, 257U})
        EXPECT_TRUE(read_as<malformed_packet>(packet(cancel_request + "\0\0\0\1"s + std::string(size, 'k'))))
            << size;
    EXPECT_TRUE(read_as<malformed_packet>(packet(cancel_request + "\0\0"s)));
}

TEST(StartupPacket, TooShortForAVersion) { EXPECT_TRUE(read_as<malformed_packet>("\0\0\0\x06\0\3"s)); }

TEST(StartupPacket, ComposedStartupMessage) {
    std::string out;
    compose_startup(out, 2, {{"user", "me"}, {"_pq_.x", ""}});
    EXPECT_EQ(out, packet("\0\3\0\2user\0me\0_pq_.x\0\0\0"s));
}

TEST(StartupPacket, ComposedCancelRequest) {
    std::string out;
    compose_cancel_request(out, 258, "\xde\xad\xbe\xef");
    EXPECT_EQ(out, packet(cancel_request + "\0\0\1\2\xde\xad\xbe\xef"s));
}

TEST(StartupPacket, ComposedNegotiateProtocolVersion) {
    std::string out;
    compose_negotiate_protocol_version(out, {"_pq_.a", "_pq_.b"});
    EXPECT_EQ(out, "v\0\0\0\x1a\0\3\0\0\0\0\0\2_pq_.a\0_pq_.b\0"s);
}

TEST(BackendKeyData, IsReadWithAKeyOfAnyLength) {
    const std::string body = "\0\0\0\x07secret key"s;
    const auto read = read_backend_key_data(body);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->process_id, 7U);
    EXPECT_EQ(read->secret_key, "secret key");
    EXPECT_FALSE(read_backend_key_data("\0\0\0\x07key"s));
    EXPECT_FALSE(read_backend_key_data("\0\0"s));
}

}  // namespace
}  // namespace pgsidecar
