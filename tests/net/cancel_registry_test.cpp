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

upstream_target_ptr through(std::uint16_t port) { return std::make_shared<const upstream_target>(at(port)); }

std::optional<upstream_target> upstream_of(const cancel_registry& registry, const cancel_key& key) {
    const auto found = registry.find(key);
    return found ? std::optional(found->upstream) : std::nullopt;
}

TEST(CancelRegistry, KnowsASessionAsLongAsItLives) {
    cancel_registry registry;
    const cancel_key key{7, "key!"};
    {
        const cancel_registration session(registry, key, through(5432));
        EXPECT_EQ(upstream_of(registry, key), at(5432));
    }
    EXPECT_EQ(upstream_of(registry, key), std::nullopt);
    EXPECT_EQ(registry.size(), 0U);
}

TEST(CancelRegistry, ProcessAndWholeKeyHaveToMatch) {
    cancel_registry registry;
    const cancel_registration session(registry, {7, "key!"}, through(5432));
    EXPECT_EQ(upstream_of(registry, {8, "key!"}), std::nullopt);
    EXPECT_EQ(upstream_of(registry, {7, "key?"}), std::nullopt);
    EXPECT_EQ(upstream_of(registry, {7, "key!!"}), std::nullopt);
    EXPECT_EQ(upstream_of(registry, {7, ""}), std::nullopt);
}

TEST(CancelRegistry, KeysMayHoldAnyBytesAndLength) {
    cancel_registry registry;
    const cancel_key one{7, std::string(256, '\0')};
    const cancel_key other{7, std::string(255, '\0')};
    const cancel_registration a(registry, one, through(1));
    const cancel_registration b(registry, other, through(2));
    EXPECT_EQ(upstream_of(registry, one), at(1));
    EXPECT_EQ(upstream_of(registry, other), at(2));
}

TEST(CancelRegistry, SessionsThatHappenToHaveTheSameKeyEndOneByOne) {
    cancel_registry registry;
    const cancel_key key{7, "key!"};
    auto first = std::make_unique<cancel_registration>(registry, key, through(1));
    const cancel_registration second(registry, key, through(2));
    EXPECT_EQ(registry.size(), 2U);
    first.reset();
    EXPECT_EQ(upstream_of(registry, key), at(2));
}

TEST(CancelRegistry, TellsWhetherASessionIsBusy) {
    cancel_registry registry;
    const cancel_key key{7, "key!"};
    cancel_registration session(registry, key, through(1));
    EXPECT_FALSE(registry.find(key)->busy);
    session.set_busy(true);
    EXPECT_TRUE(registry.find(key)->busy);
    session.set_busy(false);
    EXPECT_FALSE(registry.find(key)->busy);
}

TEST(CancelRegistry, OfSessionsWithTheSameKeyTheBusyOneIsMeant) {
    cancel_registry registry;
    const cancel_key key{7, "key!"};
    const cancel_registration idle(registry, key, through(1)), other(registry, key, through(2));
    cancel_registration busy(registry, key, through(3));
    busy.set_busy(true);
    const cancel_registration last(registry, key, through(4));
    ASSERT_TRUE(registry.find(key));
    EXPECT_EQ(registry.find(key)->upstream, at(3));
    EXPECT_TRUE(registry.find(key)->busy);
}

}  // namespace
}  // namespace pgsidecar::net
