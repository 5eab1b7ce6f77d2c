// connection's way to the upstream, by the kinds of encryption that sslmode allows.

#include "proxy/net/connection.hpp"
#include "proxy/net/endpoints.hpp"
#include "proxy/net/log.hpp"
#include "proxy/net/socket_options.hpp"

namespace pgsidecar::net {

namespace {

using std::chrono::steady_clock;
using stage = client_startup::stage;

}  // namespace

awaitable<bool> connection::connect_upstream() {
    if (talk_.stage() != stage::connecting || !hears_client()) co_return false;
    if (!certificate_fits()) {
        because(ending::client, "certificate of another user");
        ++here_.counts.logins[login::refused];
        const std::string user = talk_.client().user;
        talk_.startup().refuse("28000", "certificate authentication failed for user \"" + user + "\"");
        co_return false;
    }
    if (!place_.enter(config_->settings.max_connections)) {
        ++here_.counts.limits_hit[limit::max_connections];
        ++here_.counts.logins[login::refused];
        because(ending::limit, "too many clients");
        talk_.startup().refuse("53300", "sorry, too many clients already");
        co_return false;
    }
    const auto begin = steady_clock::now();
    stop_listening(unheard::waits);
    const link_failure failure = co_await speak_to_upstream();
    unheard_ = unheard::no;
    if (!hears_client()) co_return false;
    here_.counts.upstream_connect.observe(steady_clock::now() - begin);
    ++here_.counts.upstream_connects[failure ? connect_result::failed : connect_result::ok];
    if (failure) refuse_without_upstream(failure);
    co_return !failure;
}

/// With cannot_connect_now clients go on to their next host, and pg_isready says that this one rejects them.
void connection::refuse_without_upstream(const link_failure& failure) {
    because(ending::upstream, "no upstream");
    talk_.startup().refuse(failure.is_away ? "57P03" : "08006",
                           "could not connect to upstream " + failure.why);
    log::event(log::level::error, id_, "could not connect to upstream", {{"error", failure.why}});
}

bool connection::tries_tls_first() const {
    return config_->settings.upstream_tls.mode >= config::tls_mode::prefer;
}

/// With mode allow and prefer the other kind of connection is tried where the first is refused at once, as
/// libpq does.
awaitable<link_failure> connection::speak_to_upstream() {
    const config::tls_mode mode = config_->settings.upstream_tls.mode;
    bool other_way = mode == config::tls_mode::allow || mode == config::tls_mode::prefer;
    bool encrypted = tries_tls_first();
    for (;; encrypted = !encrypted, other_way = false) {
        const link_failure failure = co_await reach_upstream(encrypted);
        if (failure.of_encryption && other_way && hears_client()) continue;
        if (failure || !hears_client()) co_return failure;
        say_startup();
        if (encrypted != log_in_->target.encrypted || server_.is_unix()) other_way = false;
        if (!other_way) co_return failure;
        const bool refused = co_await refused_at_once();
        if (!refused || !hears_client()) co_return failure;
    }
}

void connection::say_startup() {
    const tls_channel* const tls = server_.tls();
    talk_.startup().on_connected({.unix_socket = server_.is_unix(),
                                  .encrypted = tls != nullptr,
                                  .certificate_hash = tls ? tls->peer_certificate_hash() : ""});
    write_both();
}

/// Or closed at once.
awaitable<bool> connection::refused_at_once() {
    error_code ec;
    co_await server_.read(server_in_, ec);
    const bool refused =
        server_in_.empty() || server_in_.view().front() == static_cast<char>(backend::error_response);
    if (refused) {
        server_in_.clear();
        server_out_.start_again();
    }
    co_return refused;
}

/// A pooler that goes down in between is waited for as one that was down.
awaitable<link_failure> connection::reach_upstream(bool encrypted) {
    upstream_connector& connector = log_in_->connector;
    for (;;) {
        stream_socket connected = co_await connector.connect();
        const bool reached = connected.is_open();
        link_failure failure = co_await begin_link(std::move(connected), connector.address().host, encrypted);
        if (!reached || !failure.is_away || !hears_client()) co_return failure;
        const bool again = co_await connector.pause();
        if (!again) co_return failure;
    }
}

/// To the upstream, and the load balancer in front of that.
void connection::pass_origin_on() {
    if (config_->settings.upstream.proxy_protocol == config::proxy_protocol::off) return;
    std::string header;
    log_in_->origin.compose_header(client_.socket(), header);
    log_in_->connector.greet_with(std::move(header));
}

/// That our own log-in upstream waits for, if it does.
awaitable<> connection::make_keys() {
    const auth::scram_key_request* const wanted = talk_.startup().wanted_keys();
    if (!wanted) co_return;
    auto keys = service_.scram_keys.find(*wanted);
    if (!keys) {
        const auto made = std::make_shared<key_derivation>(here_.deadlines);
        log_in_->keys = made;
        made->start(service_.scram_keys, *wanted, client_.get_executor());
        co_await made->ended();
        keys = made->keys;
    }
    if (!keys || !talk_.startup().wanted_keys()) co_return;
    talk_.startup().on_keys(*keys);
    write_both();
}

/// On a connection that has been made, or not.
awaitable<link_failure> connection::begin_link(stream_socket connected, std::string host, bool encrypted) {
    server_.assign(std::move(connected), log_in_->connector.reached());
    if (!server_.socket().is_open())
        co_return link_failure{.why = log_in_->connector.failures(), .is_away = true};
    if (!server_.is_unix()) set_options(server_.socket().native_handle(), config_->settings.tcp_keepalive);
    log_in_->target = {log_in_->connector.reached(), host, false};
    if (!encrypted || server_.is_unix()) co_return link_failure{};
    const auto limit = steady_clock::now() + config_->settings.upstream.connect_timeout;
    link_failure failure = co_await encrypt(server_, *config_, host, here_.deadlines, limit);
    log_in_->target.encrypted = server_.tls() != nullptr;
    if (log_in_->target.encrypted || failure)  // it may do without
        ++here_.counts.tls_handshakes[failure ? tls_handshake::upstream_failed : tls_handshake::upstream_ok];
    if (failure) failure.why.insert(0, to_string(log_in_->target.where) + ": ");
    co_return failure;
}

}  // namespace pgsidecar::net
