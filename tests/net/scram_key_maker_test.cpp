#include "proxy/net/scram_key_maker.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <future>
#include <thread>
#include <vector>

namespace pgsidecar::net {
namespace {

const auth::scram_key_request wanted{auth::secret_string("password"), "salt", 4096};

TEST(ScramKeyMaker, MakesThemOnceForAll) {
    scram_key_maker maker;
    EXPECT_FALSE(maker.find(wanted));
    std::promise<auth::scram_keys> made;
    std::thread::id made_on;
    maker.make(wanted, [&](const auth::scram_keys& keys) {
        made_on = std::this_thread::get_id();
        made.set_value(keys);
    });
    const auth::scram_keys keys = made.get_future().get();
    EXPECT_NE(made_on, std::this_thread::get_id());
    EXPECT_EQ(keys.server, auth::derive_scram_keys("password", "salt", 4096).server);
    const auto known = maker.find(wanted);
    ASSERT_TRUE(known);
    EXPECT_EQ(known->server, keys.server);
}

TEST(ScramKeyMaker, ThreadsShareIt) {
    scram_key_maker maker;
    std::atomic<int> made{0};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (unsigned n = 1; n <= 25; ++n)
                maker.make({auth::secret_string("password"), "salt", n}, [&](const auto&) { ++made; });
        });
    for (std::thread& each : threads) each.join();
    while (made < 100) std::this_thread::yield();
    for (unsigned n = 1; n <= 25; ++n) EXPECT_TRUE(maker.find({auth::secret_string("password"), "salt", n}));
}

TEST(ScramKeyMaker, TellsNothingOnceItIsStopped) {
    scram_key_maker maker;
    maker.make(wanted, [](const auto&) {});
    maker.stop();
    maker.make({auth::secret_string("another"), "salt", 1}, [](const auto&) { FAIL(); });
    maker.stop();
}

TEST(KeyDerivation, IsAwaited) {
    asio::io_context io;
    deadline_queue deadlines;
    deadlines.start(io.get_executor());
    scram_key_maker maker;
    const auto one = std::make_shared<key_derivation>(deadlines);
    const auto work = asio::make_work_guard(io);
    asio::co_spawn(
        io,
        [&]() -> awaitable<> {
            one->start(maker, wanted, io.get_executor());
            co_await one->ended();
            io.stop();
        },
        asio::detached);
    io.run();
    EXPECT_TRUE(one->keys);
}

TEST(KeyDerivation, MayBeGivenUp) {
    asio::io_context io;
    deadline_queue deadlines;
    deadlines.start(io.get_executor());
    const auto one = std::make_shared<key_derivation>(deadlines);
    error_code result;
    asio::co_spawn(
        io, [&]() -> awaitable<> { result = co_await one->ended(); }, asio::detached);
    asio::post(io, [&] { one->give_up(asio::error::operation_aborted); });
    io.run();
    EXPECT_EQ(result, asio::error::operation_aborted);
    EXPECT_FALSE(one->keys);
}

}  // namespace
}  // namespace pgsidecar::net
