#include "proxy/admin/http_connection.hpp"

#include <boost/asio/socket_base.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>

#include "proxy/net/descriptors.hpp"

namespace pgsidecar::admin {
namespace {

namespace http = boost::beast::http;
using stream = boost::beast::basic_stream<net::stream_protocol, net::executor>;
using response = http::response<http::string_body>;
using net::error_code;

constexpr std::uint32_t most_head_bytes = 8 * 1024;
constexpr std::uint64_t most_body_bytes = 4 * std::uint64_t{1024};

/// For a request, from its first byte or, of the first one, from the connection on.
constexpr std::chrono::seconds request_patience{5};
/// Until the next request begins, and for an answer to be taken.
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

/// One client's connection. While the client keeps us waiting it has a place in the line, which is on the
/// same thread.
class peer {
public:
    peer(net::stream_socket client, net::waiting_line& silent)
        : stream_(std::make_shared<stream>(std::move(client))), silent_(silent) {}

    /// The next request; false if none comes.
    net::awaitable<bool> read(http::request_parser<http::string_body>& parser, error_code& ec) {
        wait_in_line();
        stream_->expires_after(served_++ == 0 ? request_patience : patience);
        if (read_ahead_.size() == 0) co_await read_some(ec);
        if (ec) co_return false;
        stream_->expires_after(request_patience);
        co_await http::async_read(*stream_, read_ahead_, parser, net::into(ec));
        co_return place_->settle() && ec != http::error::end_of_stream&& ec != http::error::partial_message;
    }

    /// False if the client has not taken it.
    net::awaitable<bool> write(response& what, bool head_only) {
        wait_in_line();
        stream_->expires_after(patience);
        error_code ec;
        http::response_serializer<http::string_body> serializer(what);
        if (head_only)
            co_await http::async_write_header(*stream_, serializer, net::into(ec));
        else
            co_await http::async_write(*stream_, serializer, net::into(ec));
        co_return !ec;
    }

    void shutdown() {
        error_code ignored;
        stream_->socket().shutdown(net::stream_socket::shutdown_send, ignored);
    }

private:
    void wait_in_line() {
        place_.emplace(silent_, net::waiting_line::limits{.most = net::admin_clients_per_address},
                       [where = stream_->get_executor(), self = std::weak_ptr(stream_)] {
                           net::asio::post(where, [self] {
                               if (const auto alive = self.lock()) alive->cancel();
                           });
                       });
    }

    net::awaitable<> read_some(error_code& ec) {
        const std::size_t size =
            co_await stream_->async_read_some(read_ahead_.prepare(most_head_bytes), net::into(ec));
        read_ahead_.commit(size);
    }

    std::shared_ptr<stream> stream_;
    net::waiting_line& silent_;
    std::optional<net::place_in_line> place_;
    boost::beast::flat_buffer read_ahead_;
    std::size_t served_ = 0;
};

/// Whether another request may follow.
net::awaitable<bool> serve_one(peer& client, bool is_local, scope here, const controls& proxy) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(most_head_bytes);
    parser.body_limit(most_body_bytes);
    error_code ec;
    const bool has_come = co_await client.read(parser, ec);
    const bool broken = ec && ec.category() == http::make_error_code(http::error::bad_method).category();
    if (!has_come || (ec && !broken)) co_return false;
    answer made;
    if (broken)
        made = of_broken_request(ec);
    else
        made = co_await respond(read(parser.get(), is_local), here, proxy);
    response out = compose(std::move(made), parser.get());
    if (broken) out.keep_alive(false);
    const bool taken = co_await client.write(out, parser.get().method() == http::verb::head);
    co_return taken&& out.keep_alive();
}

}  // namespace

net::awaitable<> serve_http(net::stream_socket client, bool is_local, scope here, net::waiting_line& silent,
                            const controls& proxy) {
    peer served(std::move(client), silent);
    for (bool more = true; more;) more = co_await serve_one(served, is_local, here, proxy);
    served.shutdown();
}

}  // namespace pgsidecar::admin
