#include "proxy/net/server.hpp"

#include <sched.h>

#include <cstdlib>
#include <stdexcept>

#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

/// Connections that were cut need a moment to unwind; what takes longer is abandoned.
constexpr std::chrono::milliseconds unwind_limit{2000};

unsigned usable_cores() {
    cpu_set_t cores;
    if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
    return static_cast<unsigned>(CPU_COUNT(&cores));
}

std::vector<endpoint> endpoints_of(asio::io_context& io, const config::address& at) {
    if (at.type == config::address::kind::unix_socket)
        return {asio::local::stream_protocol::endpoint(at.path)};
    asio::ip::tcp::resolver names(io);
    std::vector<endpoint> found;
    for (const auto& entry :
         names.resolve(at.host, std::to_string(at.port), asio::ip::resolver_base::passive))
        found.emplace_back(entry.endpoint());
    return found;
}

}  // namespace

server::server(const config::settings& settings) : service_(settings) {
    for (const config::address& at : settings.listen) listen(at);
}

void server::listen(const config::address& at) try {
    for (const endpoint& each : endpoints_of(io_, at))
        listeners_.push_back(std::make_unique<listener>(io_.get_executor(), each));
} catch (const boost::system::system_error& failure) {
    throw std::runtime_error("cannot listen on " + config::to_string(at) + ": " + failure.code().message());
}

void server::run(const std::function<void()>& on_listening) {
    start_workers();
    await_signal();
    for (const auto& each : listeners_)
        each->start([this]() -> worker& { return *workers_[next_++ % workers_.size()]; });
    on_listening();
    io_.run();
    workers_.clear();
    log::event(log::level::info, log::no_session, "stopped");
}

void server::start_workers() {
    const unsigned count = service_.current()->settings.workers == config::auto_workers
                               ? usable_cores()
                               : service_.current()->settings.workers;
    for (unsigned i = 0; i < count; ++i) {
        workers_.push_back(std::make_unique<worker>(service_));
        workers_.back()->start([this] { asio::post(io_, [this] { on_worker_end(); }); });
        ++running_;
    }
}

void server::await_signal() {
    signals_.async_wait([this](error_code ec, int number) {
        if (ec) return;
        if (shutting_down_) std::_Exit(128 + number);
        shut_down();
        await_signal();
    });
}

void server::stop() {
    asio::post(io_, [this] {
        if (!shutting_down_) shut_down();
    });
}

void server::shut_down() {
    log::event(log::level::info, log::no_session, "shutting down");
    shutting_down_ = true;
    for (const auto& each : listeners_) each->stop();
    for (const auto& each : workers_) each->shut_down();
    await_workers();
}

void server::await_workers() {
    patience_.expires_after(service_.current()->settings.shutdown_timeout);
    patience_.async_wait([this](error_code ec) {
        if (ec) return;
        log::event(log::level::warn, log::no_session, "cutting off the clients that have not left");
        for (const auto& each : workers_) each->cut();
        patience_.expires_after(unwind_limit);
        patience_.async_wait([this](error_code cancelled) {
            if (cancelled) return;
            for (const auto& each : workers_) each->stop();
        });
    });
}

void server::on_worker_end() {
    if (--running_ > 0) return;
    patience_.cancel();
    signals_.cancel();
}

}  // namespace pgsidecar::net
