// connection's pumps: the client's and the server's stream, each read once, fed, written and forgotten.

#include "proxy/net/connection.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {
namespace {

std::uint64_t nanoseconds(time_point moment) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(moment.time_since_epoch()).count());
}

}  // namespace

/// The client's pump; the server's runs beside it.
awaitable<> connection::relay() {
    start_server_pump();
    error_code ec;
    while (hears_client()) {
        const std::uint64_t turn = server_pump_.turns;
        const fed now = feed_from_client();
        if (now.used > 0) go_on_leaving();
        if (!all_written()) {
            watch_.begin(client_watch::unheard::lent);
            co_await written();
        }
        watch_.stop();
        forget_from_client(now);
        if (!hears_client() || talk_.client_has_terminated()) break;
        if (talk_.has_more()) continue;
        if (now.held) {
            watch_.begin(client_watch::unheard::waits);
            if (turn == server_pump_.turns) co_await server_pump_.progress.wait();
            watch_.stop();
            continue;
        }
        if (watch_.known() == client_watch::end::closed) departure_.lose_client();
        if (departure_.client_is_gone()) break;
        if (!client_.stream.begin_read(client_.in)) co_await client_.stream.arrived();
        if (client_.stream.must_write()) co_await client_.stream.go_on_reading();
        client_.stream.end_read(ec);
        if (ec) on_client_read_failure(ec);
    }
}

connection::fed connection::feed_from_client() {
    const auto now = std::chrono::steady_clock::now();
    talk_.at(nanoseconds(now));
    const std::size_t used = talk_.on_client_bytes(client_.in.view());
    if (const session* s = talk_.current_session())
        timing_.on_client_fed(*s, !talk_.to_server().empty(), now);
    const bool held = talk_.waits_for_server() && used < client_.in.view().size();
    if (talk_.finished() && talk_.is_ready()) because(ending::client, "client left");
    if (talk_.finished() && !departure_.has_reason()) {
        ++here_.counts.logins[login::refused];
        because(ending::client, "start-up refused: " + talk_.startup().refusal());
    }
    if (!ready_) count_half_open();
    note_whether_busy();
    write_both();
    return {.used = used, .held = held};
}

/// When no write needs them any more.
void connection::forget_from_client(fed bytes) {
    client_.in.consume(bytes.used);
    end_if_drained();
}

awaitable<> connection::written() {
    co_await upstream_.out.written();
    co_await client_.out.written();
}

void connection::on_client_read_failure(error_code ec) {
    if (!hears_client()) return;
    if (ec == asio::error::message_size) {
        ++here_.counts.limits_hit[limit::message_size];
        because(ending::limit, "message too long");
    }
    because(ending::client, ec == asio::error::eof ? "client closed the connection" : ec.message());
    departure_.lose_client();
}

void connection::start_server_pump() {
    server_pump_.runs = true;
    asio::co_spawn(client_.stream.get_executor(), server_pump(),
                   [self = shared_from_this()](const std::exception_ptr& failure) {
                       self->server_pump_.runs = false;
                       if (failure) self->cut();
                       self->client_.stream.cancel_read();
                       self->server_pump_.progress.notify();
                   });
}

awaitable<> connection::server_pump() {
    bool more = upstream_.in.empty();  // a message is not whole
    error_code ec;
    while (!talk_.finished()) {
        if (more) {
            if (!upstream_.stream.begin_read(upstream_.in)) co_await upstream_.stream.arrived();
            if (upstream_.stream.must_write()) co_await upstream_.stream.go_on_reading();
            upstream_.stream.end_read(ec);
        }
        if (ec) on_server_read_failure(ec);
        if (talk_.finished()) break;
        const std::size_t used = feed_from_server();
        if (!client_.out.done()) co_await client_.out.written();
        forget_from_server(used);
        if (log_in_) co_await make_keys();
        more = used == 0 || upstream_.in.empty();
    }
}

/// The conversation has finished when the server has gone.
void connection::on_server_read_failure(error_code ec) {
    if (talk_.finished()) return;
    const std::string why = ec == asio::error::eof
                                ? "upstream server closed the connection unexpectedly"
                                : "connection to the upstream server was lost: " + ec.message();
    because(ending::upstream, why);
    talk_.on_server_eof(why);
    write_both();
}

std::size_t connection::feed_from_server() {
    const auto now = std::chrono::steady_clock::now();
    talk_.at(nanoseconds(now));
    const std::size_t used = talk_.on_server_bytes(upstream_.in.view());
    if (const session* s = talk_.current_session())
        timing_.on_server_fed(*s, !talk_.to_client().empty(), now);
    if (talk_.finished()) because(ending::upstream, why_upstream_ended());
    if (!ready_ && talk_.is_ready()) on_ready();
    if (log_in_) count_half_open();
    note_whether_busy();
    write_both();
    return used;
}

/// When no write to the client needs them any more; what was made for the server is our own.
void connection::forget_from_server(std::size_t used) {
    if (client_.out.failed()) on_client_lost();
    upstream_.in.consume(used);
    ++server_pump_.turns;
    server_pump_.progress.notify();
    end_if_drained();
}

std::string connection::why_upstream_ended() const {
    if (talk_.is_ready()) return "upstream ended the session";
    const std::string& problem = talk_.startup().upstream().login_problem();
    if (problem.empty()) return "login refused by the upstream";
    log::event(log::level::error, id_, "could not log in upstream",
               {{"user", talk_.startup().upstream_user()}, {"error", problem}});
    return "could not log in upstream";
}

/// Before the server is sent what it is busy with.
void connection::note_whether_busy() {
    const session* s = talk_.current_session();
    if (s && cancel_registration_) cancel_registration_->set_busy(!s->idle());
}

/// In the order in which the conversation composed them: right after each feeding.
void connection::write_both() {
    upstream_.out.take(talk_.to_server());
    client_.out.take(talk_.to_client());
    if (ready_ && log_in_ && all_written()) end_log_in();
}

/// What it had sent before is still carried out, with a time limit.
void connection::on_client_lost() {
    if (!departure_.has_begun()) begin_to_leave(config_->settings.leave_timeout);
}

void connection::on_ready() {
    ready_ = true;
    ++here_.counts.logins[login::ok];
    deadline_.give_up();
    if (const auto& key = talk_.startup().upstream().backend_key())
        cancel_registration_.emplace(service_.cancels, *key, here_.upstreams.share(log_in_->opener.target()));
    log_ready();
}

void connection::end_server_side() {
    cancel_registration_.reset();
    if (log_in_) log_in_->opener.abandon();
    upstream_.stream.close();
}

}  // namespace pgsidecar::net
