#include "proxy/net/connection.hpp"

#include <algorithm>

#include "proxy/net/log.hpp"
#include "proxy/net/socket_options.hpp"

namespace pgsidecar::net {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using stage = client_startup::stage;

/// How long a client that has been told the end may take to close. Closing first, with bytes of it unread,
/// would reset the connection and could lose the last words.
constexpr milliseconds linger_limit{2000};

}  // namespace

connection::connection(service& shared, worker_state& here, stream_socket client, const endpoint& peer)
    : service_(shared),
      here_(here),
      id_(++shared.last_session_id),
      origin_(peer, client),
      place_(shared.places),
      talk_(here, shared.startup, shared.session),
      client_(std::move(client)),
      server_(client_.get_executor()),
      client_in_(shared.buffer_limit),
      server_in_(shared.buffer_limit),
      client_out_(client_),
      server_out_(server_),
      connector_(client_.get_executor(), shared.settings.upstream, shared.upstreams),
      timing_(here.counts),
      deadline_(client_.get_executor()) {}

awaitable<> connection::run() {
    set_options(client_.socket(), service_.settings.tcp_keepalive);
    arm(service_.settings.login_timeout);
    co_await learn_origin();
    pass_origin_on();
    co_await open();
    if (talk_.startup().at() == stage::cancelling) co_await cancel();
    const bool connected = co_await connect_upstream();
    if (connected) co_await relay();
    co_await leave();
    co_await linger();
    log_end();
}

/// From the load balancer that it comes through.
awaitable<> connection::learn_origin() {
    if (service_.settings.proxy_protocol == config::proxy_protocol::off || !origin_.is_tcp()) co_return;
    error_code ec;
    co_await read_proxy_header(client_, origin_, ec);
    if (!ec || !hears_client()) co_return;
    because(ending::protocol, "no PROXY protocol header: " + ec.message());
    if (ec == boost::system::errc::protocol_error)
        talk_.startup().refuse("08P01", "PROXY protocol version 2 header expected");
    else
        client_gone_ = true;
}

/// To the upstream, and the load balancer in front of that.
void connection::pass_origin_on() {
    if (service_.settings.upstream.proxy_protocol == config::proxy_protocol::off) return;
    std::string header;
    origin_.compose_header(header);
    connector_.greet_with(std::move(header));
}

/// Up to the StartupMessage or CancelRequest.
awaitable<> connection::open() {
    while (talk_.startup().at() == stage::opening && hears_client()) {
        co_await read_client();
        co_await feed_from_client();
    }
}

awaitable<bool> connection::connect_upstream() {
    if (talk_.startup().at() != stage::connecting || !hears_client()) co_return false;
    if (!place_.enter()) {
        ++here_.counts.limits_hit[limit::max_connections];
        ++here_.counts.logins[login::refused];
        because(ending::limit, "too many clients");
        talk_.startup().refuse("53300", "sorry, too many clients already");
        co_return false;
    }
    const auto begin = steady_clock::now();
    stream_socket socket = co_await connector_.connect();
    if (!hears_client()) co_return false;
    here_.counts.upstream_connect.observe(steady_clock::now() - begin);
    ++here_.counts.upstream_connects[socket.is_open() ? connect_result::ok : connect_result::failed];
    if (!socket.is_open()) {
        talk_.startup().refuse("08006", "could not connect to upstream " + connector_.failures());
        log::event(log::level::error, id_, "could not connect to upstream",
                   {{"error", connector_.failures()}});
        because(ending::upstream, "no upstream");
        co_return false;
    }
    set_options(socket, service_.settings.tcp_keepalive);
    error_code ec;
    upstream_ = socket.remote_endpoint(ec);
    server_.assign(std::move(socket));
    talk_.startup().on_connected({});
    write_both();
    co_return true;
}

/// When it has its turn. What still waits at a shutdown is dropped: the session that it is for ends as well.
awaitable<> connection::cancel() {
    because(ending::client, "cancel request carried");
    cancel_turn turn(service_.turns, talk_.startup().cancelled(), [this] {
        asio::post(client_.get_executor(), [self = weak_from_this()] {
            if (const auto alive = self.lock()) alive->server_spoke_.notify();
        });
    });
    arm(service_.settings.upstream.connect_timeout);
    while (turn.at() == cancel_turn::state::waits && !leaving_) co_await server_spoke_.wait();
    if (turn.at() == cancel_turn::state::carries) co_await carry_cancel_request();
}

/// Passes the request to the server that runs the query, unchanged; closing tells the client that it has
/// arrived. The pooler closes first, whatever the client does and however long it takes: pgBouncer 1.18 dies,
/// or ends a stranger's session, when the sender of a request that it has passed on leaves before the answer.
awaitable<> connection::carry_cancel_request() {
    server_.assign(co_await reach_cancelled());
    if (!server_.socket().is_open()) {
        log::event(log::level::error, id_, "could not carry a cancel request",
                   {{"error", connector_.failures()}});
        co_return;
    }
    set_options(server_.socket(), service_.settings.tcp_keepalive);
    out_batch request;
    request.compose([&](std::string& out) { out.append(talk_.startup().cancel_packet()); });
    server_out_.take(request);
    arm(service_.settings.upstream.connect_timeout);
    error_code ec;
    while (!ec) {
        server_in_.clear();
        co_await server_.read_some(server_in_.room(), ec);
    }
}

/// The very address that the session to be cancelled uses, if it is one of ours.
awaitable<stream_socket> connection::reach_cancelled() {
    const auto known = service_.cancels.find(talk_.startup().cancelled());
    if (!known) co_return co_await connector_.connect();
    co_return co_await connector_.connect_to(*known);
}

/// Until the server has given the last answers that are owed and all is written.
awaitable<> connection::leave() {
    arm(service_.settings.leave_timeout);
    if (client_gone_ && !talk_.finished()) {
        talk_.on_client_eof();
        write_both();
    }
    while (server_pump_runs_ && !talk_.finished()) co_await server_spoke_.wait();
    write_both();
    co_await client_out_.written();
    co_await server_out_.written();
    end_server_side();
    while (server_pump_runs_) co_await server_spoke_.wait();
}

/// Until the client has closed too.
awaitable<> connection::linger() {
    client_.shutdown_send();
    arm(linger_limit);
    error_code ec;
    while (!client_gone_ && !ec) {
        client_in_.clear();
        co_await client_.read_some(client_in_.room(), ec);
    }
    client_.close();
    ++deadlines_;
    deadline_.cancel();
}

void connection::shut_down() {
    because(ending::shutdown, "shutdown");
    leaving_ = true;
    if (talk_.finished() || talk_.startup().at() == stage::cancelling) return;
    talk_.shut_down();
    write_both();
    client_.cancel_read();
    connector_.abandon();
    server_spoke_.notify();
}

/// Nothing that is under way upstream ends with it.
void connection::let_client_go() {
    client_gone_ = true;
    client_.close();
}

void connection::cut() {
    because(ending::error, "cut off");
    leaving_ = true;
    let_client_go();
    end_server_side();
    server_spoke_.notify();
}

void connection::arm(milliseconds limit) {
    const std::uint64_t deadline = ++deadlines_;
    deadline_.expires_after(limit);
    deadline_.async_wait([self = shared_from_this(), deadline](error_code cancelled) {
        if (!cancelled && deadline == self->deadlines_) self->on_deadline();
    });
}

void connection::on_deadline() {
    if (talk_.startup().at() == stage::cancelling) return let_client_go();
    if (ready_ || talk_.finished()) return cut();
    ++here_.counts.limits_hit[limit::login_timeout];
    ++here_.counts.logins[login::timeout];
    because(ending::limit, "login timeout");
    talk_.startup().refuse("08006", "canceling authentication due to timeout");
    write_both();
    client_.cancel_read();
    end_server_side();
    server_spoke_.notify();
}

void connection::log_ready() {
    const client_startup& startup = talk_.startup();
    log::event(log::level::info, id_, "client connected",
               {{"peer", origin_.to_string()},
                {"user", startup.user()},
                {"database", startup.database()},
                {"application_name", startup.application_name()}});
    if (startup.stripped().empty()) return;
    std::string names;
    for (const std::string& name : startup.stripped()) names.append(names.empty() ? "" : ", ").append(name);
    log::event(log::level::warn, id_, "startup parameters left out, the upstream does not take them",
               {{"parameters", names}});
}

void connection::log_end() const {
    const auto lived = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin_).count();
    if (!ready_) {
        const bool tried = !talk_.startup().user().empty();
        log::event(tried ? log::level::info : log::level::debug, id_, "client left before it was logged in",
                   {{"peer", origin_.to_string()},
                    {"user", talk_.startup().user()},
                    {"duration_ms", lived},
                    {"reason", reason_}});
        return;
    }
    const session* talked = talk_.current_session();
    const session_counters counters = talked ? talked->counters() : session_counters{};
    log::event(log::level::info, id_, "client disconnected",
               {{"duration_ms", lived},
                {"transactions", counters.transactions},
                {"parses", counters.parses},
                {"reparses", counters.reparses},
                {"queries", counters.queries},
                {"bytes_to_client", client_out_.bytes_written()},
                {"bytes_to_server", server_out_.bytes_written()},
                {"reason", reason_}});
}

}  // namespace pgsidecar::net
