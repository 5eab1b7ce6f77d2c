// connection's first words with the client: up to the StartupMessage or CancelRequest, with TLS in front.

#include <algorithm>

#include "proxy/net/connection.hpp"

namespace pgsidecar::net {

namespace {

using stage = client_startup::stage;

/// ContentType of the record that a ClientHello comes in (RFC 8446, section 5.1); no start-up packet begins
/// so.
constexpr unsigned char handshake_record = 0x16;

}  // namespace

/// From the load balancer that it comes through.
awaitable<> connection::learn_origin() {
    if (config_->settings.proxy_protocol == config::proxy_protocol::off || !log_in_->origin.is_tcp())
        co_return;
    error_code ec;
    co_await read_proxy_header(client_.stream, log_in_->origin, ec);
    if (!ec || !hears_client()) co_return;
    because(ending::protocol, "no PROXY protocol header: " + ec.message());
    ++here_.counts.logins[login::refused];
    if (ec == boost::system::errc::protocol_error)
        talk_.startup().refuse("08P01", "PROXY protocol version 2 header expected");
    else
        departure_.lose_client();
}

awaitable<> connection::open() {
    talk_.startup().set_client(
        {.local = log_in_->origin.is_local(), .unix_socket = client_.stream.is_unix()});
    co_await begin_direct_tls();
    error_code ec;
    while (hears_client()) {
        if (talk_.stage() == stage::encrypting) co_await begin_tls();
        if (!talk_.startup().waits_for_client() || !hears_client()) break;
        co_await client_.stream.read(client_.in, ec);
        if (ec) on_client_read_failure(ec);
        const fed now = feed_from_client();
        co_await written();
        forget_from_client(now);
    }
}

/// The client may begin without an SSLRequest (libpq: sslnegotiation=direct), and then names the protocol.
awaitable<> connection::begin_direct_tls() {
    if (!config_->client_tls || client_.stream.is_unix()) co_return;
    const auto first = co_await client_.stream.peek();
    if (first != handshake_record) co_return;
    co_await begin_tls();
    if (client_.stream.tls() && !client_.stream.tls()->has_alpn())
        talk_.startup().refuse("08P01",
                               "received direct SSL connection request without ALPN protocol negotiation "
                               "extension");
}

awaitable<> connection::begin_tls() {
    const std::string failure = co_await client_.stream.accept_tls(*config_->client_tls);
    ++here_.counts.tls_handshakes[failure.empty() ? tls_handshake::client_ok : tls_handshake::client_failed];
    if (failure.empty()) {
        talk_.startup().on_encrypted(client_.stream.tls()->own_certificate_hash());
        co_return;
    }
    if (!hears_client()) co_return;
    because(ending::client, "TLS with the client: " + failure);
    departure_.lose_client();  // nothing can be said to it any more
    client_.stream.close();
}

/// As PostgreSQL's authentication method cert, with client_tls.user_map for its ident map.
bool connection::certificate_fits() const {
    const config::client_tls_settings& tls = config_->settings.client_tls;
    if (tls.client_certificate != config::client_certificate::verify_full || !client_.stream.tls())
        return true;
    const config::certificate_user claimed{client_.stream.tls()->common_name(), talk_.client().user};
    if (claimed.common_name.empty()) return false;
    return claimed.common_name == claimed.user || std::ranges::count(tls.user_map, claimed) > 0;
}

}  // namespace pgsidecar::net
