#pragma once

#include <memory>
#include <optional>

#include "proxy/net/worker_state.hpp"
#include "proxy/session/session.hpp"
#include "proxy/startup/client_startup.hpp"

namespace pgsidecar::net {

/// What is said on one client connection, whoever is in charge of it: start-up first, then the session, which
/// borrows the link of its upstream connection.
class conversation {
public:
    conversation(worker_state& here, const startup_options& startup, client_encryption encryption,
                 const session_options& session, server_link& link)
        : here_(here),
          session_options_(session),
          link_(link),
          startup_(std::make_unique<client_startup>(startup, encryption)) {}

    /// When what is fed next has come, for the statements' server time.
    void at(std::uint64_t nanoseconds) {
        if (session_) session_->at(nanoseconds);
    }

    std::size_t on_client_bytes(byte_view in);
    std::size_t on_server_bytes(byte_view in);
    void on_client_eof();
    void on_server_eof(byte_view why);

    /// The proxy is going down.
    void shut_down();

    /// Nothing is under way upstream, and no transaction is open.
    bool idle() const {
        return session_ ? session_->idle() : startup_->at() != client_startup::stage::authenticating;
    }

    out_batch& to_client() { return session_ ? session_->to_client() : startup_->to_client(); }
    out_batch& to_server() { return session_ ? session_->to_server() : startup_->to_server(); }

    bool waits_for_server() const {
        return session_ ? session_->waits_for_server() : startup_->waits_for_server();
    }
    bool has_more() const { return session_ && session_->has_more(); }
    /// Both batches are to be flushed, then both connections closed.
    bool finished() const { return session_ ? session_->finished() : startup_->finished(); }

    /// The server is still at work on what the client has sent, and not on what undoes it.
    bool carries_out() const { return session_ && session_->carries_out(); }

    /// The client has said goodbye: it reads nothing more.
    bool client_has_terminated() const { return session_ && session_->client_has_terminated(); }

    /// The client has been shown its first ReadyForQuery.
    bool is_ready() const { return stage() == client_startup::stage::ready; }

    client_startup::stage stage() const { return startup_ ? startup_->at() : client_startup::stage::ready; }
    /// Until end_startup().
    client_startup& startup() { return *startup_; }
    const client_startup& startup() const { return *startup_; }
    const client_identity& client() const { return startup_ ? startup_->identity() : *client_; }
    /// Once it is_ready() and all that start-up has said is written: the session goes on without it.
    void end_startup();
    const session* current_session() const { return session_ ? &*session_ : nullptr; }

private:
    /// Both batches of start-up have been taken when the next event arrives.
    void enter_session();

    worker_state& here_;
    const session_options& session_options_;
    server_link& link_;
    std::unique_ptr<client_startup> startup_;
    std::shared_ptr<const client_identity> client_;  // when startup_ has gone
    std::optional<session> session_;
};

}  // namespace pgsidecar::net
