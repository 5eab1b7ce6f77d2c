#include "proxy/net/cancel_registry.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <string>

namespace pgsidecar::net {
namespace {

upstream_target at(std::uint16_t port) {
    return {asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), port), "db", true};
}

TEST(CancelRegistry, KnowsASessionAsLongAsItLives) {
    cancel_registry registry;
    const cancel_key key{7, "key!"};
    {
        const cancel_registration session(registry, key, at(5432));
        EXPECT_EQ(registry.find(key), at(5432));
    }
    EXPECT_EQ(registry.find(key), std::nullopt);
    EXPECT_EQ(registry.size(), 0U);
}

TEST(CancelRegistry, ProcessAndWholeKeyHaveToMatch) {
    cancel_registry registry;
    const cancel_registration session(registry, {7, "key!"}, at(5432));
    EXPECT_EQ(registry.find({8, "key!"}), std::nullopt);
    EXPECT_EQ(registry.find({7, "key?"}), std::nullopt);
    EXPECT_EQ(registry.find({7, "key!!"}), std::nullopt);
    EXPECT_EQ(registry.find({7, ""}), std::nullopt);
}

TEST(CancelRegistry, KeysMayHoldAnyBytesAndLength) {
    cancel_registry registry;
    const cancel_key one{7, std::string(256, '\0')};
    const cancel_key other{7, std::string(255, '\0')};
    const cancel_registration a(registry, one, at(1));
    const cancel_registration b(registry, other, at(2));
    EXPECT_EQ(registry.find(one), at(1));
    EXPECT_EQ(registry.find(other), at(2));
}

TEST(CancelRegistry, SessionsThatHappenToHaveTheSameKeyEndOneByOne) {
    cancel_registry registry;
    const cancel_key key{7, "key!"};
    auto first = std::make_unique<cancel_registration>(registry, key, at(1));
    const cancel_registration second(registry, key, at(2));
    EXPECT_EQ(registry.size(), 2U);
    first.reset();
    EXPECT_EQ(registry.find(key), at(2));
}

}  // namespace
}  // namespace pgsidecar::net
