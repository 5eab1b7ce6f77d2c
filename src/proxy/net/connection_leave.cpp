// connection's client when it leaves: how that is noticed, and how long what it has sent may take.

#include "proxy/net/connection.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

using std::chrono::milliseconds;

/// What runs when a client closes without Terminate is cancelled after that. What takes no longer than this
/// is carried out, as at PostgreSQL: the client may have sent a COMMIT.
constexpr milliseconds grace{500};

}  // namespace

void connection::look_for_end() {
    if (!hears_client()) return;
    const client_watch::sight seen = watch_.look(ready_);
    switch (seen.what) {
        case client_watch::end::open: return;
        case client_watch::end::unknown: return begin_to_leave(config_->settings.leave_timeout);
        case client_watch::end::terminated: return on_terminate_ahead();
        case client_watch::end::closed: return on_client_end(seen.why);
    }
}

void connection::on_client_end(error_code ec) {
    because(ending::client, ec == asio::error::eof ? "client closed the connection" : ec.message());
    if (ready_) return begin_to_leave(grace);
    departure_.lose_client();
    if (log_in_) log_in_->opener.abandon();
    if (!server_pump_.runs) upstream_.stream.close();
    server_pump_.progress.notify();
}

void connection::on_terminate_ahead() {
    because(ending::client, "client left");
    begin_to_leave(config_->settings.leave_timeout);
}

void connection::begin_to_leave(milliseconds limit) {
    departure_.begin(limit);
    deadline_.set_after(limit);
}

/// Each message that it had sent may take as long.
void connection::go_on_leaving() {
    if (departure_.has_begun() && !departure_.is_given_up()) deadline_.set_after(departure_.limit());
}

/// First what runs is cancelled and what is held is dropped; the second time that has not helped.
void connection::on_leaving_too_long() {
    if (departure_.is_given_up()) {
        log::event(log::level::warn, id_, "cut off: the upstream has not answered since the client left",
                   {{"leave_timeout_ms", config_->settings.leave_timeout.count()}});
        return cut();
    }
    departure_.give_up();
    deadline_.set_after(config_->settings.leave_timeout);
    if (talk_.carries_out()) cancel_what_runs();
    client_.stream.cancel_read();
    server_pump_.progress.notify();
}

void connection::cancel_what_runs() {
    if (!cancel_registration_) return;
    log::event(log::level::info, id_, "cancelling what runs for a client that has left");
    here_.cancel(cancel_registration_->key());
}

/// Until the server has given the last answers that are owed and all is written.
awaitable<> connection::leave() {
    if (departure_.client_is_gone() && !talk_.finished()) {
        talk_.on_client_eof();
        write_both();
    }
    const bool runs = departure_.client_is_gone() && talk_.carries_out() && cancel_registration_;
    if (!departure_.is_given_up()) begin_to_leave(runs ? grace : config_->settings.leave_timeout);
    while (server_pump_.runs && !talk_.finished()) co_await server_pump_.progress.wait();
    write_both();
    co_await written();
    end_server_side();
    while (server_pump_.runs) co_await server_pump_.progress.wait();
}

}  // namespace pgsidecar::net
