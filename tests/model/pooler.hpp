#pragma once

#include <deque>
#include <string>
#include <vector>

#include "model/server.hpp"
#include "proxy/link/pooler_kind.hpp"

namespace pgsidecar::model {

/// A pooler in transaction mode with a server behind it. At each ReadyForQuery 'I' it gives the server away,
/// and the next message meets one on which other clients have left statements under any name:
/// - pgbouncer_1_18: whatever else has been sent;
/// - tracks_requests: when all that has been sent is answered; what comes then may still meet another server;
/// - direct: never.
/// What a proxy must never do to it is a fault.
class pooler {
public:
    pooler(const catalog& known, pooler_kind kind);

    /// Takes the proxy's bytes, which may end inside a message.
    void receive(byte_view bytes);
    /// The server reads the oldest message that has come whole; false when there is none.
    bool process_one();
    /// A server sends what it has when its buffer is full, too.
    void flush();

    /// Messages to the proxy since the last call.
    std::vector<std::string> take_replies() { return std::exchange(replies_, {}); }
    /// One of them has reached the proxy.
    void delivered(byte_view reply);

    const std::vector<std::string>& committed() const { return server_.committed(); }
    const std::vector<std::string>& faults() const { return faults_; }
    bool closed() const { return server_.closed(); }
    /// The proxy has left no server behind that another client could not use.
    bool idle() const;

private:
    void on_arrival(const frame& f);
    void fault(const std::string& what, byte_view message);
    void collect();
    void give_away();

    pooler_kind kind_;
    database database_;
    server server_;
    std::string unread_;
    std::deque<std::string> inbox_;
    std::vector<std::string> replies_;
    std::vector<std::string> faults_;
    std::size_t ends_under_way_ = 0;  // ReadyForQuery 'I' of servers given away, not delivered yet
    bool left_ = false;               // Terminate has come
};

}  // namespace pgsidecar::model
