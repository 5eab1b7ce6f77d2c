#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "proxy/session/session.hpp"

namespace pgsidecar::test {

/// Drives a session as a relay does, without sockets: what comes from a peer is cut into pieces, every piece
/// is fed in a heap block of exactly its size together with what was not used before, and both batches are
/// flushed at once.
class session_driver {
public:
    /// `piece` bytes at a time; 0 = what is sent in one go is fed in one go.
    session_driver(session& s, std::size_t piece) : session_(s), piece_(piece) {}

    void client_sends(byte_view bytes);
    void client_closes();
    void server_sends(byte_view bytes);
    void server_closes(byte_view why);
    void shut_down();

    /// What has been sent to each peer since the last call.
    std::string take_to_server() { return std::exchange(to_server_, {}); }
    std::string take_to_client() { return std::exchange(to_client_, {}); }
    const std::string& to_server() const { return to_server_; }

    /// Bytes that the session has not used yet.
    const std::string& from_client() const { return from_client_; }
    const std::string& from_server() const { return from_server_; }

private:
    void feed_client();
    void flush();

    session& session_;
    std::size_t piece_;
    std::string from_client_, from_server_;
    std::string to_client_, to_server_;
    bool client_closed_ = false;
};

}  // namespace pgsidecar::test
