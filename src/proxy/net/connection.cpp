#include "proxy/net/connection.hpp"

#include <algorithm>

#include "proxy/net/descriptors.hpp"
#include "proxy/net/endpoints.hpp"
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

/// What a client that means to log in takes at most for its next message, where many do so at once.
constexpr milliseconds half_open_patience{10'000};

client_encryption encryption_of(const snapshot& by, const endpoint& client) {
    const config::client_tls_mode mode = by.settings.client_tls.mode;
    if (family_of(client) == AF_UNIX) return {};
    return {.offered = mode != config::client_tls_mode::disable,
            .required = mode == config::client_tls_mode::require};
}

}  // namespace

connection::connection(service& shared, worker_state& here, stream_socket client, const endpoint& peer)
    : service_(shared),
      config_(shared.current()),
      here_(here),
      counted_(shared.open_connections),
      id_(++shared.last_session_id),
      place_(shared.places),
      client_(std::move(client), peer, here.buffers, config_->buffer_limit),
      upstream_(client_.stream.get_executor(), here.buffers, config_->buffer_limit, config_->session.pooler),
      talk_(here, config_->startup, encryption_of(*config_, peer), config_->session, upstream_.link),
      log_in_(new log_in{.origin = client_origin(peer),
                         .opener{upstream_, shared, here, config_, [this] { return hears_client(); }},
                         .half_open_patience{here.deadlines, [this] { end_longest_half_open(); }}}),
      watch_(client_, here.deadlines, [this] { look_for_end(); }),
      timing_(here.counts),
      deadline_(here.deadlines, [this] { on_deadline(); }) {}

awaitable<> connection::run() {
    deadline_.set_after(config_->settings.login_timeout);
    count_half_open();
    const bool connected = co_await begin();
    if (connected) co_await relay();
    co_await end();
    log_end();
}

awaitable<bool> connection::begin() {
    co_await learn_origin();
    pass_origin_on();
    co_await open();
    if (talk_.stage() == stage::cancelling) co_await cancel();
    const bool connected = co_await connect_upstream();
    co_return connected;
}

awaitable<> connection::end() {
    co_await leave();
    const bool reads_on = !talk_.client_has_terminated();
    if (reads_on || client_.stream.tls()) client_.stream.shutdown_send();
    if (reads_on) co_await linger();
    client_.stream.close();
    deadline_.give_up();
    watch_.give_up();
}

/// While only the client can go on.
void connection::count_half_open() {
    std::optional<place_in_line>& place = log_in_->half_open;
    if (ready_ || !talk_.startup().held_up_by_client()) {
        log_in_->half_open_patience.give_up();
        return place.reset();
    }
    if (place) return;
    place.emplace(service_.half_open, half_open_limits(),
                  [where = client_.stream.get_executor(), self = weak_from_this()] {
                      asio::post(where, [self] {
                          if (const auto alive = self.lock()) alive->make_room();
                      });
                  });
    if (place->is_crowded()) log_in_->half_open_patience.set_after(half_open_patience);
}

/// Those in front of this one have waited for as long.
void connection::end_longest_half_open() {
    service_.half_open.make_room(half_open_limits(), steady_clock::now());
}

waiting_line::limits connection::half_open_limits() const {
    return {.most = config_->settings.max_half_open,
            .patience = half_open_patience,
            .most_of_all = most_half_open(config_->settings)};
}

/// There are too many that have not logged in.
void connection::make_room() {
    if (!log_in_ || !log_in_->half_open) return;
    ++here_.counts.limits_hit[limit::max_half_open];
    ++here_.counts.logins[login::refused];
    because(ending::limit, "too many connections that have not logged in");
    talk_.startup().refuse("53300", "too many connections that have not logged in");
    write_both();
    let_client_go();
    end_server_side();
    server_pump_.progress.notify();
}

/// Until the client has closed too.
awaitable<> connection::linger() {
    deadline_.set_after(linger_limit);
    error_code ec;
    while (!departure_.client_is_gone() && !ec) {
        client_.in.clear();
        co_await client_.stream.read(client_.in, ec);
    }
}

void connection::drain() {
    departure_.drain();
    end_if_drained();
}

void connection::end_if_drained() {
    if (departure_.drains() && talk_.idle()) shut_down();
}

void connection::shut_down() {
    because(ending::shutdown, "shutdown");
    departure_.shut_down();
    if (talk_.finished() || talk_.stage() == stage::cancelling) return;
    if (talk_.stage() == stage::connecting) upstream_.stream.close();
    talk_.shut_down();
    write_both();
    client_.stream.cancel_read();
    if (log_in_) log_in_->opener.abandon();
    server_pump_.progress.notify();
}

/// Nothing that is under way upstream ends with it.
void connection::let_client_go() {
    departure_.lose_client();
    client_.stream.close();
}

void connection::cut() {
    because(ending::error, "cut off");
    departure_.shut_down();
    let_client_go();
    end_server_side();
    server_pump_.progress.notify();
}

void connection::spare_slow_readers() {
    for (byte_stream* const each : {&client_.stream, &upstream_.stream})
        if (each->socket().is_open() && !each->is_unix())
            spare_slow_reader(each->socket().native_handle(), config_->settings.tcp_keepalive);
}

void connection::on_deadline() {
    if (talk_.stage() == stage::cancelling) return let_client_go();
    if (ready_ && !talk_.finished()) return on_leaving_too_long();
    if (ready_ || talk_.finished()) return cut();
    ++here_.counts.limits_hit[limit::login_timeout];
    ++here_.counts.logins[login::timeout];
    because(ending::limit, "login timeout");
    const bool waits_for_client = talk_.startup().held_up_by_client();
    talk_.startup().refuse(waits_for_client ? "08006" : "57P03", "canceling authentication due to timeout");
    write_both();
    client_.stream.cancel_read();
    end_server_side();
    server_pump_.progress.notify();
}

/// Nobody waits for the upstream any more, and nothing that start-up has said is still to be written.
void connection::end_log_in() {
    talk_.end_startup();
    peer_ = log_in_->origin.to_string();
    log_in_.reset();
}

std::string connection::peer() const { return log_in_ ? log_in_->origin.to_string() : peer_; }

void connection::log_ready() {
    const client_identity& client = talk_.client();
    log::event(log::level::info, id_, "client connected",
               {{"peer", peer()},
                {"user", client.user},
                {"database", client.database},
                {"application_name", client.application_name},
                {"client_tls", client_.stream.tls() ? client_.stream.tls()->version() : "off"},
                {"upstream", to_string(log_in_->opener.target().where)},
                {"upstream_tls", upstream_.stream.tls() ? upstream_.stream.tls()->version() : "off"}});
    const std::vector<std::string>& stripped = talk_.startup().stripped();
    if (stripped.empty()) return;
    std::string names;
    for (const std::string& name : stripped) names.append(names.empty() ? "" : ", ").append(name);
    log::event(log::level::warn, id_, "startup parameters left out, the upstream does not take them",
               {{"parameters", names}});
}

void connection::log_end() const {
    const auto lived = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin_).count();
    const client_identity& client = talk_.client();
    if (!ready_) {
        const bool tried = !client.user.empty();
        log::event(tried ? log::level::info : log::level::debug, id_, "client left before it was logged in",
                   {{"peer", peer()},
                    {"user", client.user},
                    {"duration_ms", lived},
                    {"reason", departure_.reason()}});
        return;
    }
    const session* talked = talk_.current_session();
    const session_counters counters = talked ? talked->counters() : session_counters{};
    log::event(log::level::info, id_, "client disconnected",
               {{"user", client.user},
                {"database", client.database},
                {"application_name", client.application_name},
                {"duration_ms", lived},
                {"transactions", counters.transactions},
                {"parses", counters.parses},
                {"reparses", counters.reparses},
                {"queries", counters.queries},
                {"bytes_to_client", client_.out.bytes_written()},
                {"bytes_to_server", upstream_.out.bytes_written()},
                {"reason", departure_.reason()}});
}

}  // namespace pgsidecar::net
