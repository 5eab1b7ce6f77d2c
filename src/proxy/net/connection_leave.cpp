// connection's client when it leaves: how that is noticed, and how long what it has sent may take.

#include "proxy/net/connection.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

using std::chrono::milliseconds;

/// How often a client that nobody reads from is looked at: often enough for people, and nothing for a client
/// that is held up a moment only.
constexpr milliseconds look_interval{250};

/// What runs when a client closes without Terminate is cancelled after that. What takes no longer than this
/// is carried out, as at PostgreSQL: the client may have sent a COMMIT.
constexpr milliseconds grace{500};

/// Bytes of a client that is held up, up to which more is read: its end lies behind them, in TCP as well.
/// What it floods us with beyond that stays where it is.
constexpr std::size_t read_ahead_limit = std::size_t{1} << 20;

}  // namespace

/// Nobody reads from the client for a while, but it is looked at. A look that is due stays so when it is read
/// again, which spares setting a deadline for each message.
void connection::stop_listening(unheard why) {
    unheard_ = why;
    if (client_end_ == client_end::open && !look_.is_set()) look_.set_after(look_interval);
}

void connection::look_for_end() {
    if (unheard_ == unheard::no || !hears_client()) return;
    if (unheard_ == unheard::waits)
        read_ahead();
    else if (client_.peer_has_hung_up())
        client_end_ = client_end::unknown;
    if (client_end_ == client_end::open) return look_.set_after(look_interval);
    if (client_end_ == client_end::unknown) begin_to_leave(config_->settings.leave_timeout);
}

/// To the end if there is one: what lies between is no more than the kernel holds. Nothing that was read
/// before is lent to a writer.
void connection::read_ahead() {
    const bool to_the_end = client_.peer_has_hung_up();
    error_code ec;
    while (!ec && !client_in_.is_full() && (to_the_end || client_in_.view().size() < read_ahead_limit))
        client_.read_now(client_in_, ec);
    if (ec && ec != asio::error::try_again)
        on_client_end(ec);
    else if (terminate_is_ahead())
        on_terminate_ahead();
    else if (to_the_end)
        client_end_ = client_end::unknown;
}

/// What has been looked through before has none.
bool connection::terminate_is_ahead() {
    const std::uint64_t seen = std::exchange(looked_through_, client_in_.bytes_read());
    return ready_ && seen != looked_through_ && session::has_terminate(client_in_.view());
}

void connection::on_client_end(error_code ec) {
    if (terminate_is_ahead()) return on_terminate_ahead();
    client_end_ = client_end::closed;
    because(ending::client, ec == asio::error::eof ? "client closed the connection" : ec.message());
    if (ready_) return begin_to_leave(grace);
    client_gone_ = true;
    if (log_in_) log_in_->connector.abandon();
    if (!server_pump_runs_) server_.close();
    server_spoke_.notify();
}

void connection::on_terminate_ahead() {
    client_end_ = client_end::terminated;
    because(ending::client, "client left");
    begin_to_leave(config_->settings.leave_timeout);
}

void connection::begin_to_leave(milliseconds limit) {
    leave_limit_ = limit;
    deadline_.set_after(limit);
}

/// Each message that it had sent may take as long.
void connection::go_on_leaving() {
    if (leave_limit_ != no_limit && !given_up_) deadline_.set_after(leave_limit_);
}

/// First what runs is cancelled and what is held is dropped; the second time that has not helped.
void connection::on_leaving_too_long() {
    if (given_up_) {
        log::event(log::level::warn, id_, "cut off: the upstream has not answered since the client left",
                   {{"leave_timeout_ms", config_->settings.leave_timeout.count()}});
        return cut();
    }
    given_up_ = client_gone_ = true;
    deadline_.set_after(config_->settings.leave_timeout);
    if (talk_.carries_out()) cancel_what_runs();
    client_.cancel_read();
    server_spoke_.notify();
}

void connection::cancel_what_runs() {
    if (!cancel_registration_) return;
    log::event(log::level::info, id_, "cancelling what runs for a client that has left");
    here_.cancel(cancel_registration_->key());
}

/// Until the server has given the last answers that are owed and all is written.
awaitable<> connection::leave() {
    if (client_gone_ && !talk_.finished()) {
        talk_.on_client_eof();
        write_both();
    }
    const bool runs = client_gone_ && talk_.carries_out() && cancel_registration_;
    if (!given_up_) begin_to_leave(runs ? grace : config_->settings.leave_timeout);
    while (server_pump_runs_ && !talk_.finished()) co_await server_spoke_.wait();
    write_both();
    co_await written();
    end_server_side();
    while (server_pump_runs_) co_await server_spoke_.wait();
}

}  // namespace pgsidecar::net
