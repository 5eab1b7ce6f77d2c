#include "proxy/net/upstream_encryption.hpp"

#include <array>

#include "protocol/startup_messages.hpp"
#include "proxy/net/stream_deadline.hpp"

namespace pgsidecar::net {

namespace {

link_failure failed(const std::string& why) { return {.why = why, .of_encryption = true}; }

/// The answer to an SSLRequest, one byte (E: a server older than TLS); NUL if there is none. What follows it
/// is for TLS to read.
awaitable<char> ask_for_tls(byte_stream& server) {
    std::string request;
    compose_ssl_request(request);
    const iovec piece{request.data(), request.size()};
    error_code ec;
    server.write_now(std::span(&piece, 1), ec);  // a fresh socket takes a few bytes
    std::array<char, 1> answer{};
    if (!ec) co_await server.read_some(answer, ec);
    co_return answer[0];
}

peer_name name_of(const config::upstream_tls_settings& tls, const std::string& host) {
    return {.host = tls.server_name.empty() ? host : tls.server_name,
            .verified = tls.mode == config::tls_mode::verify_full};
}

awaitable<link_failure> begin_tls(byte_stream& server, const snapshot& by, peer_name name) {
    const std::string why = co_await server.connect_tls(*by.upstream_tls, name);
    if (!why.empty()) co_return failed("TLS: " + why);
    const bool direct = by.settings.upstream_tls.negotiation == config::tls_negotiation::direct;
    if (direct && !server.tls()->has_alpn())
        co_return failed("TLS: the upstream has not agreed on the protocol postgresql (ALPN)");
    co_return link_failure{};
}

awaitable<link_failure> negotiate(byte_stream& server, const snapshot& by, peer_name name) {
    const config::upstream_tls_settings& tls = by.settings.upstream_tls;
    if (tls.negotiation == config::tls_negotiation::direct) co_return co_await begin_tls(server, by, name);
    const char answer = co_await ask_for_tls(server);
    if (answer == 'S') co_return co_await begin_tls(server, by, name);
    const bool may_be_plain = tls.mode <= config::tls_mode::prefer;
    if (answer == 'N' && may_be_plain) co_return link_failure{};
    if (answer == 'N') co_return failed("TLS is required, and the upstream has none");
    if (answer == 'E') co_return failed("the upstream does not understand the request for TLS");
    if (answer != '\0') co_return link_failure{.why = "this is no answer to a request for TLS"};
    co_return link_failure{.why = "the connection was closed at the request for TLS", .is_away = true};
}

}  // namespace

awaitable<link_failure> encrypt(byte_stream& server, const snapshot& by, std::string host,
                                deadline_queue& deadlines, time_point until) {
    const stream_deadline limit(deadlines, server, until);
    link_failure failure = co_await negotiate(server, by, name_of(by.settings.upstream_tls, host));
    if (limit.passed()) failure = {.why = "TLS: time-out", .of_encryption = true, .is_away = true};
    co_return failure;
}

}  // namespace pgsidecar::net
