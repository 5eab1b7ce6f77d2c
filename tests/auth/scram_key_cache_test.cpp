#include "proxy/auth/scram_key_cache.hpp"

#include <gtest/gtest.h>

namespace pgsidecar::auth {
namespace {

scram_key_request request(byte_view password, std::string salt = "salt", unsigned iterations = 1) {
    return {secret_string(password), std::move(salt), iterations};
}

scram_keys keys_of(const scram_key_request& wanted) {
    return derive_scram_keys(wanted.password.reveal(), wanted.salt, wanted.iterations);
}

TEST(ScramKeyCache, FindsWhatWasPut) {
    scram_key_cache cache(10);
    EXPECT_FALSE(cache.find(request("a")));
    cache.put(request("a"), keys_of(request("a")));
    const auto found = cache.find(request("a"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->client, keys_of(request("a")).client);
    EXPECT_EQ(found->stored, keys_of(request("a")).stored);
    EXPECT_EQ(found->server, keys_of(request("a")).server);
}

TEST(ScramKeyCache, EveryPartCounts) {
    scram_key_cache cache(10);
    cache.put(request("a", "1,2", 1), {});
    EXPECT_TRUE(cache.find(request("a", "1,2", 1)));
    EXPECT_FALSE(cache.find(request("b", "1,2", 1)));
    EXPECT_FALSE(cache.find(request("a", "1,3", 1)));
    EXPECT_FALSE(cache.find(request("a", "1,2", 2)));
    EXPECT_FALSE(cache.find(request("a", "2", 1)));
}

TEST(ScramKeyCache, TheLeastRecentlyUsedMakesRoom) {
    scram_key_cache cache(2);
    cache.put(request("a"), {});
    cache.put(request("b"), {});
    EXPECT_TRUE(cache.find(request("a")));
    cache.put(request("c"), {});
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_TRUE(cache.find(request("a")));
    EXPECT_FALSE(cache.find(request("b")));
    EXPECT_TRUE(cache.find(request("c")));
}

TEST(ScramKeyCache, AgainIsNoOneMore) {
    scram_key_cache cache(2);
    for (int i = 0; i < 3; ++i) cache.put(request("a"), {});
    EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace pgsidecar::auth
