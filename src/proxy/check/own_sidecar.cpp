#include "proxy/check/own_sidecar.hpp"

#include <future>

namespace pgsidecar::check {

namespace {

constexpr std::chrono::milliseconds time_to_leave{500};  // its clients are ours, and gone by then

config::loaded_settings on_loopback(const config::settings& settings) {
    config::loaded_settings loaded;
    loaded.values = settings;
    loaded.values.listen = {config::address::tcp("127.0.0.1", 0)};
    loaded.values.upstream.connect_patience = {};  // what is there now is what is asked for
    loaded.values.drain_timeout = std::chrono::milliseconds{0};
    loaded.values.shutdown_timeout = time_to_leave;
    return loaded;
}

}  // namespace

own_sidecar::own_sidecar(const config::settings& settings)
    : server_(on_loopback(settings), [=] { return on_loopback(settings); }) {
    std::promise<void> listens;
    const std::future<void> listening = listens.get_future();
    thread_ =
        std::thread([this, told = std::move(listens)]() mutable { server_.run([&] { told.set_value(); }); });
    listening.wait();
}

own_sidecar::~own_sidecar() {
    server_.stop();
    thread_.join();
}

}  // namespace pgsidecar::check
