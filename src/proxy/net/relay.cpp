// connection's pumps: the client's and the server's stream, each read once, fed, written and forgotten.

#include "proxy/net/connection.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

/// The client's pump; the server's runs beside it.
awaitable<> connection::relay() {
    start_server_pump();
    while (hears_client()) {
        const std::uint64_t turn = server_turns_;
        const bool held = co_await feed_from_client();
        if (!hears_client()) break;
        if (talk_.has_more()) continue;
        if (!held)
            co_await read_client();
        else if (turn == server_turns_)
            co_await server_spoke_.wait();
    }
}

/// Whether bytes are left that have to wait for the server.
awaitable<bool> connection::feed_from_client() {
    const std::size_t used = talk_.on_client_bytes(client_in_.view());
    const bool held = talk_.waits_for_server() && used < client_in_.view().size();
    if (talk_.finished()) because("client left");
    write_both();
    if (!server_out_.done()) co_await server_out_.written();
    if (!client_out_.done()) co_await client_out_.written();
    client_in_.consume(used);
    co_return held;
}

awaitable<> connection::read_client() {
    const std::span<char> room = client_in_.room();
    error_code ec;
    const std::size_t n = room.empty() ? 0 : co_await client_.read_some(room, ec);
    client_in_.commit(n);
    if (room.empty()) {
        because("client message too long");
        client_gone_ = true;
    } else if (ec && hears_client()) {
        because(ec == asio::error::eof ? "client closed the connection" : ec.message());
        client_gone_ = true;
    }
}

void connection::start_server_pump() {
    server_pump_runs_ = true;
    asio::co_spawn(client_.get_executor(), server_pump(),
                   [self = shared_from_this()](std::exception_ptr failure) {
                       self->server_pump_runs_ = false;
                       if (failure) self->cut();
                       self->client_.cancel_read();
                       self->server_spoke_.notify();
                   });
}

awaitable<> connection::server_pump() {
    bool more = true;  // a message is not whole
    while (!talk_.finished()) {
        if (more && !co_await read_server()) break;
        more = !co_await feed_from_server() || server_in_.empty();
    }
}

/// False when the server has gone.
awaitable<bool> connection::read_server() {
    const std::span<char> room = server_in_.room();
    error_code ec;
    const std::size_t n = room.empty() ? 0 : co_await server_.read_some(room, ec);
    server_in_.commit(n);
    if (talk_.finished()) co_return false;
    if (n > 0) co_return true;
    std::string why = "connection to the upstream server was lost: " + ec.message();
    if (room.empty()) why = "message of the upstream server is too long";
    if (ec == asio::error::eof) why = "upstream server closed the connection unexpectedly";
    because(why);
    talk_.on_server_eof(why);
    write_both();
    if (!client_out_.done()) co_await client_out_.written();
    co_return false;
}

/// Whether anything has been used.
awaitable<bool> connection::feed_from_server() {
    const std::size_t used = talk_.on_server_bytes(server_in_.view());
    if (talk_.finished()) because("upstream ended the session");
    if (!ready_ && talk_.is_ready()) on_ready();
    write_both();
    if (!client_out_.done()) co_await client_out_.written();
    if (client_out_.failed()) on_client_lost();
    server_in_.consume(used);
    ++server_turns_;
    server_spoke_.notify();
    co_return used > 0;
}

/// In the order in which the conversation composed them: right after each feeding.
void connection::write_both() {
    server_out_.take(talk_.to_server());
    client_out_.take(talk_.to_client());
}

/// What it had sent before is still carried out, with a time limit.
void connection::on_client_lost() {
    if (client_lost_) return;
    client_lost_ = true;
    arm(service_.settings.leave_timeout);
}

void connection::on_ready() {
    ready_ = true;
    ++deadlines_;
    deadline_.cancel();
    if (const auto& key = talk_.startup().backend_key())
        cancel_registration_.emplace(service_.cancels, *key, upstream_);
    log_ready();
}

void connection::end_server_side() {
    cancel_registration_.reset();
    server_.close();
}

}  // namespace pgsidecar::net
