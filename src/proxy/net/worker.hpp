#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "proxy/net/connection.hpp"

namespace pgsidecar::net {

/// A thread and the connections that live on it.
class worker {
public:
    explicit worker(service& shared);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker();

    /// `on_end` is called on the worker's thread, last of all.
    void start(std::function<void()> on_end);

    executor get_executor() { return io_.get_executor(); }
    asio::io_context& context() { return io_; }

    // From any thread:
    void serve(stream_socket client, const endpoint& peer);
    /// Ends each connection at the end of its transaction, and the thread when all have left.
    void drain();
    /// Tells every client, and ends the thread when all have left.
    void shut_down();
    /// Ends every connection.
    void cut();
    /// `answer` is called on the worker's thread.
    void ask(report_parts parts, std::function<void(report)> answer);
    /// All its connections have ended, and it answers nothing any more.
    bool has_ended() const { return has_ended_; }
    /// Ends the thread whatever is still going on.
    void stop() { io_.stop(); }

private:
    void run();
    void let_thread_end();
    void begin(stream_socket client, const endpoint& peer);
    void give_back_memory();
    void cancel(const cancel_key& key);
    void launch(const std::shared_ptr<connection>& begun);
    void look_again();
    void spare_slow_readers();
    report tell(report_parts parts) const;
    void end(const std::shared_ptr<connection>& ended, const std::exception_ptr& failure);

    service& service_;
    worker_state here_;
    asio::io_context io_{1};
    asio::executor_work_guard<executor> keep_running_{io_.get_executor()};
    std::unordered_set<std::shared_ptr<connection>> connections_;
    deadline look_{here_.deadlines, [this] { spare_slow_readers(); }};
    std::atomic<bool> has_ended_{false};
    bool draining_ = false;
    bool shutting_down_ = false;
    std::thread thread_;
};

}  // namespace pgsidecar::net
