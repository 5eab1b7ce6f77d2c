#include "proxy/admin/http_connection.hpp"

#include <boost/asio/socket_base.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace pgsidecar::admin {
namespace {

namespace http = boost::beast::http;
using stream = boost::beast::basic_stream<net::stream_protocol, net::executor>;
using response = http::response<http::string_body>;
using net::error_code;

constexpr std::uint32_t most_head_bytes = 8 * 1024;
constexpr std::uint64_t most_body_bytes = 4 * std::uint64_t{1024};

/// From the end of one answer to the end of the next request, and for an answer to be taken.
constexpr std::chrono::seconds patience{30};

request read(const http::request<http::string_body>& from, bool is_local) {
    const auto field = [&](http::field name) { return std::string(from[name]); };
    return {.method = std::string(from.method_string()),
            .target = std::string(from.target()),
            .who = {.is_local = is_local,
                    .host = field(http::field::host),
                    .origin = field(http::field::origin),
                    .fetch_site = std::string(from["Sec-Fetch-Site"]),
                    .authorization = field(http::field::authorization)}};
}

response compose(answer&& from, const http::request<http::string_body>& asked) {
    response out(static_cast<http::status>(from.status), asked.version());
    out.set(http::field::content_type, from.content_type);
    out.set(http::field::cache_control, "no-store");
    out.set("X-Content-Type-Options", "nosniff");
    out.set("Content-Security-Policy",
            from.content_policy.empty() ? "default-src 'none'; frame-ancestors 'none'" : from.content_policy);
    if (!from.allow.empty()) out.set(http::field::allow, from.allow);
    if (from.status == 401) out.set(http::field::www_authenticate, "Bearer");
    out.body() = std::move(from.body);
    out.keep_alive(asked.keep_alive());
    out.prepare_payload();
    return out;
}

answer of_broken_request(error_code why) {
    const bool too_long = why == http::error::header_limit || why == http::error::body_limit;
    return {.status = too_long ? 413U : 400U, .body = R"({"status":"error","reason":"bad request"})"};
}

net::awaitable<> write(stream& to, response& what, bool head_only, error_code& ec) {
    http::response_serializer<http::string_body> serializer(what);
    if (head_only)
        co_await http::async_write_header(to, serializer, net::into(ec));
    else
        co_await http::async_write(to, serializer, net::into(ec));
}

/// Whether another request may follow.
net::awaitable<bool> serve_one(stream& client, boost::beast::flat_buffer& read_ahead, bool is_local,
                               scope here, const controls& proxy) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(most_head_bytes);
    parser.body_limit(most_body_bytes);
    client.expires_after(patience);
    error_code ec;
    co_await http::async_read(client, read_ahead, parser, net::into(ec));
    const bool broken = ec && ec.category() == http::make_error_code(http::error::bad_method).category() &&
                        ec != http::error::end_of_stream && ec != http::error::partial_message;
    if (ec && !broken) co_return false;
    answer made;
    if (broken)
        made = of_broken_request(ec);
    else
        made = co_await respond(read(parser.get(), is_local), here, proxy);
    response out = compose(std::move(made), parser.get());
    if (broken) out.keep_alive(false);
    client.expires_after(patience);
    ec.clear();
    co_await write(client, out, parser.get().method() == http::verb::head, ec);
    co_return !ec && out.keep_alive();
}

}  // namespace

net::awaitable<> serve_http(net::stream_socket client, bool is_local, scope here, const controls& proxy) {
    stream peer(std::move(client));
    boost::beast::flat_buffer read_ahead;
    for (bool more = true; more;) more = co_await serve_one(peer, read_ahead, is_local, here, proxy);
    error_code ignored;
    peer.socket().shutdown(net::stream_socket::shutdown_send, ignored);
}

}  // namespace pgsidecar::admin
