#pragma once

#include <boost/asio/signal_set.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "proxy/net/listener.hpp"
#include "proxy/net/reloader.hpp"
#include "proxy/net/report_collector.hpp"
#include "proxy/net/service.hpp"
#include "proxy/net/worker.hpp"

namespace pgsidecar::net {

/// The whole proxy: signals and, with several workers, listeners on the calling thread, connections on the
/// workers'.
class server {
public:
    /// Listens; std::runtime_error if an address cannot be had or a file cannot be used. `load_again` is
    /// asked at a reload.
    server(const config::loaded_settings& loaded, load_settings load_again);

    /// Until SIGTERM, SIGINT, stop() or drain(), and then until the clients have left. A second signal ends
    /// the process at once; SIGHUP reloads. `on_listening`: clients can connect.
    void run(const std::function<void()>& on_listening = [] {});
    /// From any thread: as a first signal.
    void stop();

    /// Of the first address, which is a TCP one: the one that the system has chosen if that is 0.
    std::uint16_t port() const { return listeners_.front()->port(); }

    /// Of the thread that calls run().
    asio::io_context& context() { return io_; }

    /// Called when run() is about to return, for whatever else runs on its thread to end.
    void at_end(std::function<void()> callback) { at_end_ = std::move(callback); }

    // While run() runs, on its thread:
    /// Takes no client any more, ends each session at the end of its transaction (57P01) or after
    /// drain_timeout, and then run().
    void drain();
    bool draining() const { return draining_; }
    /// What is wrong; nothing if the configuration is in place.
    std::vector<std::string> reload();
    const reloader& reloads() const { return reloader_; }
    std::shared_ptr<const snapshot> configuration() const { return service_.current(); }
    awaitable<report> collect(report_parts parts) { return collector_.collect(workers_, parts); }

private:
    void make_workers(unsigned wanted);
    asio::io_context& listening();
    void listen(const config::settings& settings);
    void set_keepalive();
    listener::taker next_worker();
    bool has_descriptors() const;
    void start_workers();
    void await_signal();
    void shut_down();
    void await_workers();
    void on_worker_end();

    service service_;
    const std::size_t reserved_descriptors_;
    asio::io_context io_{1};
    asio::signal_set signals_{io_, SIGINT, SIGTERM, SIGHUP};
    reloader reloader_;
    timer patience_{io_.get_executor()};
    std::vector<std::unique_ptr<worker>> workers_;
    std::vector<std::unique_ptr<listener>> listeners_;  // on listening()'s thread
    report_collector collector_{io_.get_executor()};
    std::function<void()> at_end_ = [] {};
    std::size_t next_ = 0;  // worker in turn
    std::size_t running_ = 0;
    bool draining_ = false;
};

}  // namespace pgsidecar::net
