#include "proxy/net/worker.hpp"

#include <malloc.h>

#include <exception>
#include <vector>

#include "proxy/net/log.hpp"
#include "proxy/net/socket_options.hpp"

namespace pgsidecar::net {

worker::worker(service& shared) : service_(shared) {
    here_.cancel = [this](const cancel_key& key) { cancel(key); };
}

worker::~worker() {
    if (!thread_.joinable()) return;
    stop();
    thread_.join();
}

void worker::start(std::function<void()> on_end) {
    thread_ = std::thread([this, on_end = std::move(on_end)] {
        run();
        has_ended_ = true;
        on_end();
    });
}

void worker::run() {
    here_.deadlines.keep_alarm(true);
    here_.deadlines.start(io_.get_executor());
    for (;;) try {
            io_.run();
            return here_.deadlines.stop();
        } catch (const std::exception& failure) {
            log::event(log::level::error, log::no_session, "internal error", {{"what", failure.what()}});
        }
}

void worker::serve(stream_socket client, const endpoint& peer) {
    asio::post(io_, [this, client = std::move(client), peer]() mutable { begin(std::move(client), peer); });
}

void worker::begin(stream_socket client, const endpoint& peer) {
    ++here_.counts.connections;
    launch(std::make_shared<connection>(service_, here_, std::move(client), peer));
}

/// As if a client had sent the request, which has no connection.
void worker::cancel(const cancel_key& key) {
    auto sender = std::make_shared<connection>(service_, here_, stream_socket(io_.get_executor()),
                                               asio::local::stream_protocol::endpoint());
    sender->take_cancel_request(key);
    launch(sender);
}

void worker::launch(const std::shared_ptr<connection>& begun) {
    connections_.insert(begun);
    look_again();
    asio::co_spawn(io_, begun->run(),
                   [this, begun](const std::exception_ptr& failure) { end(begun, failure); });
    if (shutting_down_) begun->shut_down();
    if (draining_) begun->drain();
}

/// Three times before it would be too late, while anybody is connected. Not during a drain, whose end it
/// would delay.
void worker::look_again() {
    const auto limit = user_timeout(service_.current()->settings.tcp_keepalive);
    if (limit.count() == 0 || look_.is_set() || connections_.empty() || draining_ || shutting_down_) return;
    look_.set_after(limit / 3);
}

void worker::spare_slow_readers() {
    for (const auto& each : connections_) each->spare_slow_readers();
    look_again();
}

void worker::end(const std::shared_ptr<connection>& ended, const std::exception_ptr& failure) {
    connections_.erase(ended);
    ended->count_end();
    asio::post(io_, [this] { give_back_memory(); });  // when nothing of it is left
    if (!failure) return;
    ended->cut();
    asio::post(io_, [ended] {});  // outlives what it was waiting for
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& what) {
        log::event(log::level::error, ended->id(), "internal error", {{"what", what.what()}});
    }
}

void worker::ask(report_parts parts, std::function<void(report)> answer) {
    asio::post(io_, [this, parts, answer = std::move(answer)] {
        give_back_memory();
        answer(tell(parts));
    });
}

/// Else what statements have taken once stays with the process for ever.
void worker::give_back_memory() {
    if (here_.texts.take_large_release()) malloc_trim(0);
}

report worker::tell(report_parts parts) const {
    report out;
    out.counts.totals = here_.counts;
    out.counts.statement_text_bytes = here_.texts.text_bytes();
    for (const auto& each : connections_) {
        each->add_to(out.counts);
        if (parts.sessions && each->state()) out.sessions.push_back(each->tell());
    }
    if (parts.statements)
        here_.usages.for_each([&](std::uint64_t hash, const statement_usage& usage) {
            out.statements.push_back({hash, usage});
        });
    return out;
}

void worker::drain() {
    asio::post(io_, [this] {
        draining_ = true;
        for (const auto& each : std::vector(connections_.begin(), connections_.end())) each->drain();
        let_thread_end();
    });
}

void worker::shut_down() {
    asio::post(io_, [this] {
        shutting_down_ = true;
        for (const auto& each : std::vector(connections_.begin(), connections_.end())) each->shut_down();
        let_thread_end();
    });
}

void worker::let_thread_end() {
    look_.give_up();
    here_.deadlines.keep_alarm(false);
    keep_running_.reset();
}

void worker::cut() {
    asio::post(io_, [this] {
        for (const auto& each : std::vector(connections_.begin(), connections_.end())) each->cut();
    });
}

}  // namespace pgsidecar::net
