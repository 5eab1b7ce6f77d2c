#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proxy/net/client_origin.hpp"
#include "proxy/net/client_watch.hpp"
#include "proxy/net/conversation.hpp"
#include "proxy/net/deadline.hpp"
#include "proxy/net/departure.hpp"
#include "proxy/net/peer_channel.hpp"
#include "proxy/net/report.hpp"
#include "proxy/net/service.hpp"
#include "proxy/net/session_timing.hpp"
#include "proxy/net/upstream.hpp"
#include "proxy/net/upstream_opener.hpp"
#include "proxy/net/wakeup.hpp"
#include "proxy/net/worker_state.hpp"

namespace pgsidecar::net {

/// One client and its upstream connection, from accept to close; all on one thread.
///
/// Two pumps, one for each direction: read once, feed the conversation, write what came of it for both peers,
/// forget what was used. Each waits only for its own writes, so that neither direction waits for the other.
class connection : public std::enable_shared_from_this<connection> {
public:
    connection(service& shared, worker_state& here, stream_socket client, const endpoint& peer);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    awaitable<> run();

    /// Shuts down at the end of the transaction.
    void drain();

    /// Tells the client, then ends as if it had left.
    void shut_down();

    /// Ends at once.
    void cut();

    /// See socket_options.hpp.
    void spare_slow_readers();

    /// Before run(): there is no client, but a CancelRequest of ours.
    void take_cancel_request(const cancel_key& key);

    std::uint64_t id() const { return id_; }

    // connection_report.cpp: what is told of it
    /// Nothing for a cancel request.
    std::optional<session_state> state() const;
    session_report tell() const;
    void add_to(summary& sum) const;
    void add_to(statistics& counts) const;
    /// Adds what it has done to the worker's counts, when it has ended.
    void count_end();

private:
    // connection.cpp: from accept to close; a frame holds room for all that it awaits, so what comes before
    // and after the relay is apart
    awaitable<bool> begin();
    awaitable<> end();
    awaitable<> linger();
    void count_half_open();
    void end_longest_half_open();
    waiting_line::limits half_open_limits() const;
    void make_room();
    void on_deadline();
    void let_client_go();
    void end_if_drained();
    void end_log_in();
    std::string peer() const;
    void log_ready();
    void log_end() const;

    // connection_client.cpp: the client's first words
    awaitable<> learn_origin();
    awaitable<> open();
    awaitable<> begin_direct_tls();
    awaitable<> begin_tls();
    bool certificate_fits() const;

    // connection_upstream.cpp: a connection to the upstream
    awaitable<bool> connect_upstream();
    void refuse_without_upstream(const link_failure& failure);
    void say_startup(transport upstream);
    void pass_origin_on();
    awaitable<> make_keys();

    // connection_cancel.cpp: a CancelRequest instead of a session
    awaitable<> cancel();
    awaitable<cancel_result> carry_cancel_request(place_in_line& place);
    void give_cancel_request_up();
    bool comes_too_late() const;
    awaitable<link_failure> reach_cancelled();

    // connection_leave.cpp: a client that leaves
    void look_for_end();
    void on_client_end(error_code ec);
    void on_terminate_ahead();
    void begin_to_leave(std::chrono::milliseconds limit);
    void go_on_leaving();
    void on_leaving_too_long();
    void cancel_what_runs();
    awaitable<> leave();

    // relay.cpp: the pumps
    awaitable<> relay();
    void start_server_pump();
    awaitable<> server_pump();
    struct fed {
        std::size_t used;
        bool held;  ///< what is left has to wait for the server
    };
    fed feed_from_client();
    void forget_from_client(fed bytes);
    void on_client_read_failure(error_code ec);
    std::size_t feed_from_server();
    void forget_from_server(std::size_t used);
    void on_server_read_failure(error_code ec);
    std::string why_upstream_ended() const;
    void write_both();
    bool all_written() const { return upstream_.out.done() && client_.out.done(); }
    awaitable<> written();
    void on_ready();
    void on_client_lost();
    void note_whether_busy();
    void end_server_side();

    bool hears_client() const { return departure_.hears_client() && !talk_.finished(); }
    void because(ending who, std::string reason) { departure_.because(who, std::move(reason)); }

    service& service_;
    const std::shared_ptr<const snapshot> config_;
    worker_state& here_;
    const counted_one counted_;
    const std::uint64_t id_;
    const time_point begin_ = std::chrono::steady_clock::now();
    connection_place place_;

    peer_channel client_;
    upstream upstream_;
    conversation talk_;

    /// What nothing is asked of any more once the client is logged in.
    struct log_in {
        client_origin origin;
        upstream_opener opener;
        deadline half_open_patience;
        std::optional<place_in_line> half_open = {};
    };
    std::unique_ptr<log_in> log_in_;
    std::string peer_;  // when log_in_ has gone: where the client comes from
    std::optional<cancel_registration> cancel_registration_;
    bool ready_ = false;

    struct pump {
        wakeup progress;          // it has fed, or has ended; or a cancel request has its turn
        std::uint64_t turns = 0;  // how often it has fed
        bool runs = false;
    };
    pump server_pump_;
    client_watch watch_;
    departure departure_;
    session_timing timing_;
    deadline deadline_;
};

}  // namespace pgsidecar::net
