#include "proxy/net/upstream_opener.hpp"

#include <utility>

#include "protocol/message_types.hpp"
#include "proxy/net/socket_options.hpp"

namespace pgsidecar::net {

using std::chrono::steady_clock;

upstream_opener::upstream_opener(upstream& into, service& shared, worker_state& here,
                                 std::shared_ptr<const snapshot> config, std::function<bool()> is_wanted)
    : upstream_(into),
      service_(shared),
      here_(here),
      config_(std::move(config)),
      is_wanted_(std::move(is_wanted)),
      connector_(into.stream.get_executor(), here.deadlines, config_->settings.upstream, shared.upstreams) {}

bool upstream_opener::tries_tls_first() const {
    return config_->settings.upstream_tls.mode >= config::tls_mode::prefer;
}

/// With mode allow and prefer the other kind of connection is tried where the first is refused at once, as
/// libpq does.
awaitable<link_failure> upstream_opener::open(const speaker& say) {
    const config::tls_mode mode = config_->settings.upstream_tls.mode;
    bool other_way = mode == config::tls_mode::allow || mode == config::tls_mode::prefer;
    bool encrypted = tries_tls_first();
    for (;; encrypted = !encrypted, other_way = false) {
        const link_failure failure = co_await reach(encrypted);
        if (failure.of_encryption && other_way && is_wanted_()) continue;
        if (failure || !is_wanted_()) co_return failure;
        say(connection());
        if (encrypted != target_.encrypted || upstream_.stream.is_unix()) other_way = false;
        if (!other_way) co_return failure;
        const bool refused = co_await refused_at_once();
        if (!refused || !is_wanted_()) co_return failure;
    }
}

awaitable<link_failure> upstream_opener::connect() { co_return co_await reach(tries_tls_first()); }

awaitable<link_failure> upstream_opener::connect_to(upstream_target other) {
    stream_socket connected = co_await connector_.connect_to(other.where);
    co_return co_await begin_link(std::move(connected), std::move(other.host), other.encrypted);
}

/// A pooler that goes down in between is waited for as one that was down.
awaitable<link_failure> upstream_opener::reach(bool encrypted) {
    for (;;) {
        stream_socket connected = co_await connector_.connect();
        const bool reached = connected.is_open();
        link_failure failure =
            co_await begin_link(std::move(connected), connector_.address().host, encrypted);
        if (!reached || !failure.is_away || !is_wanted_()) co_return failure;
        const bool again = co_await connector_.pause();
        if (!again) co_return failure;
    }
}

/// On a connection that has been made, or not.
awaitable<link_failure> upstream_opener::begin_link(stream_socket connected, std::string host,
                                                    bool encrypted) {
    byte_stream& stream = upstream_.stream;
    stream.assign(std::move(connected), connector_.reached());
    if (!stream.socket().is_open()) co_return link_failure{.why = connector_.failures(), .is_away = true};
    if (!stream.is_unix()) set_options(stream.socket().native_handle(), config_->settings.tcp_keepalive);
    target_ = {connector_.reached(), host, false};
    if (!encrypted || stream.is_unix()) co_return link_failure{};
    const auto limit = steady_clock::now() + config_->settings.upstream.connect_timeout;
    link_failure failure = co_await encrypt(stream, *config_, host, here_.deadlines, limit);
    target_.encrypted = stream.tls() != nullptr;
    if (target_.encrypted || failure)  // it may do without
        ++here_.counts.tls_handshakes[failure ? tls_handshake::upstream_failed : tls_handshake::upstream_ok];
    if (failure) failure.why.insert(0, to_string(target_.where) + ": ");
    co_return failure;
}

transport upstream_opener::connection() const {
    const tls_channel* const tls = upstream_.stream.tls();
    return {.unix_socket = upstream_.stream.is_unix(),
            .encrypted = tls != nullptr,
            .certificate_hash = tls ? tls->peer_certificate_hash() : ""};
}

/// Or closed at once.
awaitable<bool> upstream_opener::refused_at_once() {
    error_code ec;
    co_await upstream_.stream.read(upstream_.in, ec);
    const byte_view said = upstream_.in.view();
    const bool refused = said.empty() || said.front() == static_cast<char>(backend::error_response);
    if (refused) {
        upstream_.in.clear();
        upstream_.out.start_again();
    }
    co_return refused;
}

awaitable<std::optional<auth::scram_keys>> upstream_opener::make_keys(const auth::scram_key_request& wanted) {
    if (auto known = service_.scram_keys.find(wanted)) co_return known;
    const auto made = std::make_shared<key_derivation>(here_.deadlines);
    keys_ = made;
    made->start(service_.scram_keys, wanted, upstream_.stream.get_executor());
    co_await made->ended();
    co_return made->keys;
}

void upstream_opener::abandon() {
    connector_.abandon();
    if (keys_) keys_->give_up(asio::error::operation_aborted);
}

}  // namespace pgsidecar::net
