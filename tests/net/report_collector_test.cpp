#include "proxy/net/report_collector.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace pgsidecar::net {
namespace {

using testing::ElementsAre;

class ReportCollector : public testing::Test {
protected:
    std::vector<std::size_t> silent() {
        report got;
        io_.restart();
        asio::co_spawn(
            io_, [&]() -> awaitable<> { got = co_await collector_.collect(workers_, {}); }, asio::detached);
        io_.run();
        return got.silent;
    }

    service shared_{config::settings{}};
    asio::io_context io_;
    report_collector collector_{io_.get_executor()};
    std::vector<std::unique_ptr<worker>> workers_;
};

TEST_F(ReportCollector, NamesTheWorkersThatDoNotAnswer) {
    for (int i = 0; i < 2; ++i) workers_.push_back(std::make_unique<worker>(shared_));
    workers_[1]->start([] {});  // the first is as one that is stuck: its thread takes nothing up
    EXPECT_THAT(silent(), ElementsAre(1));
}

TEST_F(ReportCollector, AWorkerThatHasEndedIsNotStuck) {
    workers_.push_back(std::make_unique<worker>(shared_));
    workers_[0]->start([] {});
    EXPECT_THAT(silent(), ElementsAre());
    workers_[0]->drain();
    while (!workers_[0]->has_ended()) std::this_thread::yield();
    EXPECT_THAT(silent(), ElementsAre());
}

}  // namespace
}  // namespace pgsidecar::net
