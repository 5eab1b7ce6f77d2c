#include "proxy/net/server.hpp"

#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iterator>

#include "proxy/net/descriptors.hpp"
#include "proxy/net/log.hpp"
#include "proxy/net/systemd.hpp"

namespace pgsidecar::net {

namespace {

/// Connections that were cut need a moment to unwind; what takes longer is abandoned.
constexpr std::chrono::milliseconds unwind_limit{2000};

/// What has been logged has a moment to be written.
[[noreturn]] void exit_at_once(int status) {
    log::flush(std::chrono::milliseconds{100});
    std::_Exit(status);
}

unsigned usable_cores() {
    cpu_set_t cores;
    if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
    return static_cast<unsigned>(CPU_COUNT(&cores));
}

}  // namespace

server::server(const config::loaded_settings& loaded, load_settings load_again)
    : service_(loaded.values),
      reserved_descriptors_(reserved_descriptors(loaded.values)),
      reloader_(io_.get_executor(), service_, loaded, std::move(load_again)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's writes raise it
    raise_descriptor_limit(loaded.values);
    make_workers(loaded.values.workers);
    listen(loaded.values);
}

void server::make_workers(unsigned wanted) {
    const unsigned count = wanted == config::auto_workers ? usable_cores() : wanted;
    for (unsigned i = 0; i < count; ++i) workers_.push_back(std::make_unique<worker>(service_));
}

/// A lone worker takes its clients itself: to be woken twice costs a tenth of a connection.
asio::io_context& server::listening() { return workers_.size() == 1 ? workers_[0]->context() : io_; }

/// A .socket unit's sockets take the place of the addresses.
void server::listen(const config::settings& settings) {
    for (const int socket : systemd::listening_sockets())
        listeners_.push_back(std::make_unique<listener>(listening().get_executor(), socket));
    if (!listeners_.empty()) return;
    for (const config::address& at : settings.listen)
        std::ranges::move(listen_on(listening(), at), std::back_inserter(listeners_));
}

void server::run(const std::function<void()>& on_listening) {
    set_keepalive();
    for (const auto& each : listeners_)
        each->start([this] { return next_worker(); }, [this] { return has_descriptors(); });
    start_workers();
    await_signal();
    reloader_.start_watching();
    systemd::notify_ready();
    on_listening();
    io_.run();
    listeners_.clear();
    service_.scram_keys.stop();  // it tells workers what it has made
    workers_.clear();
    log::event(log::level::info, log::no_session, "stopped");
}

void server::set_keepalive() {
    for (const auto& each : listeners_) each->set_keepalive(service_.current()->settings.tcp_keepalive);
}

listener::taker server::next_worker() {
    worker& chosen = *workers_[next_++ % workers_.size()];
    return {chosen.get_executor(),
            [&chosen](stream_socket client, const endpoint& peer) { chosen.serve(std::move(client), peer); }};
}

/// For both connections of one more client, without those that the admin interface and the rest need.
bool server::has_descriptors() const {
    return service_.open_connections < clients_that_fit(descriptor_limit(), reserved_descriptors_);
}

void server::start_workers() {
    running_ = workers_.size();
    for (const auto& each : workers_) each->start([this] { asio::post(io_, [this] { on_worker_end(); }); });
}

void server::await_signal() {
    signals_.async_wait([this](error_code ec, int number) {
        if (ec) return;
        if (number == SIGHUP)
            reload();
        else if (draining_)
            exit_at_once(128 + number);
        else
            drain();
        await_signal();
    });
}

void server::stop() {
    asio::post(io_, [this] { drain(); });
}

std::vector<std::string> server::reload() {
    systemd::notify_reloading();
    std::vector<std::string> problems = reloader_.reload();
    raise_descriptor_limit(service_.current()->settings);
    asio::dispatch(listening(), [this] { set_keepalive(); });
    systemd::notify_ready();
    return problems;
}

void server::drain() {
    if (draining_) return;
    draining_ = true;
    log::event(log::level::info, log::no_session, "shutting down");
    systemd::notify_stopping();
    asio::dispatch(listening(), [this] {
        for (const auto& each : listeners_) each->take_all_and_stop();
    });
    for (const auto& each : workers_) each->drain();
    patience_.expires_after(service_.current()->settings.drain_timeout);
    patience_.async_wait([this](error_code ec) {
        if (!ec && running_ > 0) shut_down();  // cancel() comes too late for a timer that has expired
    });
}

void server::shut_down() {
    for (const auto& each : workers_) each->shut_down();
    await_workers();
}

void server::await_workers() {
    patience_.expires_after(service_.current()->settings.shutdown_timeout);
    patience_.async_wait([this](error_code ec) {
        if (ec || running_ == 0) return;
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
    reloader_.stop();
    signals_.cancel();
    at_end_();
}

}  // namespace pgsidecar::net
