#include "proxy/net/upstream_connector.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>

#include "proxy/net/endpoints.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Before the second round; before each further one twice as long as before the last, up to the longest.
constexpr milliseconds first_pause{100};
constexpr milliseconds longest_pause{1000};

using resolver = asio::ip::basic_resolver<asio::ip::tcp, executor>;

class lookup : public bounded_operation {
public:
    lookup(const executor& where, deadline_queue& deadlines) : bounded_operation(deadlines), names_(where) {}

    void start(const config::address& name) {
        const auto self = std::static_pointer_cast<lookup>(shared_from_this());
        names_.async_resolve(name.host, std::to_string(name.port),
                             [self](error_code failure, const resolver::results_type& results) {
                                 for (const auto& entry : results) self->found.emplace_back(entry.endpoint());
                                 self->finish(failure);
                             });
    }

    std::vector<endpoint> found;

private:
    void break_off() override { names_.cancel(); }

    resolver names_;
};

class attempt : public bounded_operation {
public:
    attempt(const executor& where, deadline_queue& deadlines) : bounded_operation(deadlines), socket(where) {}

    /// The greeting goes into the buffer of a socket that is new: it never waits there.
    void start(const endpoint& where, const std::string& greeting) {
        const auto self = std::static_pointer_cast<attempt>(shared_from_this());
        socket.async_connect(where, [self, greeting](error_code result) {
            if (!result) asio::write(self->socket, asio::buffer(greeting), result);
            self->finish(result);
        });
    }

    stream_socket socket;

private:
    void break_off() override {
        error_code ignored;
        socket.close(ignored);
    }
};

}  // namespace

upstream_connector::upstream_connector(const executor& where, deadline_queue& deadlines,
                                       const config::upstream_settings& settings, upstream_health& health)
    : where_(where), deadlines_(deadlines), settings_(settings), health_(health), pause_(first_pause) {}

awaitable<stream_socket> upstream_connector::connect() {
    if (rounds_ == 0) patient_until_ = steady_clock::now() + settings_.connect_patience;
    for (bool more = true; more;) {
        ++rounds_;
        stream_socket socket = co_await try_all();
        if (socket.is_open()) co_return std::move(socket);
        more = co_await pause();
    }
    co_return stream_socket(where_);
}

/// The last try is made when the patience ends.
awaitable<bool> upstream_connector::pause() {
    const auto left = std::chrono::ceil<milliseconds>(patient_until_ - steady_clock::now());
    const bool another_round = rounds_ < settings_.connect_attempts;
    if (abandoned_ || (!another_round && left <= milliseconds{0})) co_return false;
    co_await run(std::make_shared<bounded_operation>(deadlines_),
                 another_round ? pause_ : std::min(pause_, left));
    pause_ = std::min(2 * pause_, longest_pause);
    co_return !abandoned_;
}

awaitable<stream_socket> upstream_connector::try_all() {
    failures_.clear();
    std::vector<std::pair<const config::address*, endpoint>> put_off;
    for (const config::address& of : settings_.addresses) {
        const std::vector<endpoint> endpoints = co_await resolve(of);
        for (const endpoint& each : endpoints) {
            if (!health_.in_turn(each, steady_clock::now())) {
                put_off.emplace_back(&of, each);
                continue;
            }
            stream_socket socket = co_await try_one(of, each);
            if (socket.is_open()) co_return std::move(socket);
        }
    }
    for (const auto& [of, each] : put_off) {
        stream_socket socket = co_await try_one(*of, each);
        if (socket.is_open()) co_return std::move(socket);
    }
    co_return stream_socket(where_);
}

awaitable<stream_socket> upstream_connector::try_one(const config::address& of, endpoint where) {
    address_ = &of;
    error_code ec;
    stream_socket socket = co_await reach(where, ec);
    if (ec) add_failure(config::to_string(of), ec);
    co_return std::move(socket);
}

awaitable<stream_socket> upstream_connector::connect_to(endpoint where) {
    error_code ec;
    stream_socket socket = co_await reach(where, ec);
    if (ec) add_failure(to_string(where), ec);
    co_return std::move(socket);
}

awaitable<stream_socket> upstream_connector::reach(endpoint where, error_code& ec) {
    endpoint_ = where;
    const auto one = std::make_shared<attempt>(where_, deadlines_);
    if (!abandoned_) one->start(where, greeting_);
    ec = co_await run(one, settings_.connect_timeout);
    if (!abandoned_) note(where, ec);
    co_return ec ? stream_socket(where_) : std::move(one->socket);
}

/// Written when it changes.
void upstream_connector::note(const endpoint& where, error_code result) {
    if (result && health_.failed(where, steady_clock::now()))
        log::event(log::level::warn, log::no_session, "upstream address cannot be reached",
                   {{"address", to_string(where)}, {"error", result.message()}});
    if (!result && health_.answered(where))
        log::event(log::level::info, log::no_session, "upstream address can be reached again",
                   {{"address", to_string(where)}});
}

/// Every endpoint that an address stands for, none where that cannot be found out.
awaitable<std::vector<endpoint>> upstream_connector::resolve(const config::address& of) {
    address_ = &of;
    if (of.type == config::address::kind::unix_socket)
        co_return std::vector<endpoint>{asio::local::stream_protocol::endpoint(of.path)};
    error_code not_numeric;
    const auto numeric = asio::ip::make_address(of.host, not_numeric);
    if (!not_numeric) co_return std::vector<endpoint>{asio::ip::tcp::endpoint(numeric, of.port)};

    const auto names = std::make_shared<lookup>(where_, deadlines_);
    if (!abandoned_) names->start(of);
    const error_code ec = co_await run(names, settings_.connect_timeout);
    if (ec) add_failure(config::to_string(of), ec);
    co_return ec ? std::vector<endpoint>{} : std::move(names->found);
}

awaitable<error_code> upstream_connector::run(std::shared_ptr<bounded_operation> operation,
                                              milliseconds limit) {
    if (abandoned_) co_return asio::error::operation_aborted;
    running_ = operation;
    operation->expire_after(limit);
    const error_code result = co_await operation->ended();
    running_ = nullptr;
    co_return result;
}

void upstream_connector::abandon() {
    abandoned_ = true;
    if (running_) running_->give_up(asio::error::operation_aborted);
}

void upstream_connector::add_failure(const std::string& of, error_code why) {
    const std::string text = of + ": " + why.message();
    if (failures_.find(text) != failures_.npos) return;
    failures_ += (failures_.empty() ? "" : "; ") + text;
}

}  // namespace pgsidecar::net
