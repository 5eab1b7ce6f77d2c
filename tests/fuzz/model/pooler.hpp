#pragma once

#include <array>
#include <string>

#include "fuzz/model/server.hpp"

namespace pgsidecar::fuzz {

/// A transaction pooler with two servers, on which others leave statements under every name; it gives a
/// server away at each ReadyForQuery 'I'. What a proxy must never do to it ends the program.
class pooler {
public:
    explicit pooler(std::uint32_t seed) : random_(seed) {}

    void on_bytes(byte_view in);

    /// Replies under way to the proxy.
    std::size_t pending() const { return pending_.size(); }
    std::string deliver(std::size_t n);
    /// A server sends what it has when its buffer is full, too.
    void flush();

    bool closed() const { return closed_; }
    /// The proxy has left no server behind that another client could not use.
    bool all_idle() const { return lease_ == nullptr && servers_[0].idle() && servers_[1].idle(); }
    std::string describe() const;

private:
    void on_message(const frame& f);
    void lend(frontend type);
    void collect();

    database database_;
    std::array<server, 2> servers_{server(database_), server(database_)};
    server* lease_ = nullptr;
    std::uint32_t random_;
    std::string in_, pending_;
    std::string delivered_;         // of a message that is not whole yet
    std::size_t ends_pending_ = 0;  // ReadyForQuery 'I' in pending_
    bool unsynced_ = false;         // something has been sent since the last boundary
    bool left_ = false;             // Terminate has come
    bool closed_ = false;
};

}  // namespace pgsidecar::fuzz
