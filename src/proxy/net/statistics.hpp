#pragma once

#include <array>
#include <cstdint>

#include "proxy/net/asio.hpp"
#include "proxy/session/session_counters.hpp"

namespace pgsidecar::net {

/// Durations, counted by size.
class histogram {
public:
    /// Upper bounds in nanoseconds, from 100 µs to 60 s; one more bucket takes what is longer.
    static constexpr std::array<std::uint64_t, 18> bounds{
        100'000,       250'000,       500'000,       1'000'000,      2'500'000,      5'000'000,
        10'000'000,    25'000'000,    50'000'000,    100'000'000,    250'000'000,    500'000'000,
        1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000, 30'000'000'000, 60'000'000'000};

    void observe(std::chrono::nanoseconds duration) {
        const auto size = static_cast<std::uint64_t>(duration.count());
        std::size_t bucket = 0;
        while (bucket < bounds.size() && size > bounds[bucket]) ++bucket;
        ++counts_[bucket];
        sum_ += size;
    }

    histogram& operator+=(const histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        sum_ += other.sum_;
        return *this;
    }

    /// Of one bucket, without those below it.
    const std::array<std::uint64_t, bounds.size() + 1>& counts() const { return counts_; }
    std::uint64_t sum() const { return sum_; }  ///< nanoseconds

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::uint64_t sum_ = 0;
};

/// How a log-in has ended. A client that leaves in the middle of it counts as none.
enum class login : std::uint8_t {
    ok,
    refused,  ///< by pgsidecar
    failed,   ///< by the upstream, or because there is none
    timeout,
};

/// Who has ended a connection, whether it was logged in or not.
enum class ending : std::uint8_t {
    client,
    upstream,
    shutdown,
    limit,
    protocol,  ///< one of the peers has broken it
    error,     ///< of pgsidecar's own
};

enum class connect_result : std::uint8_t { ok, failed };
enum class tls_handshake : std::uint8_t { client_ok, client_failed, upstream_ok, upstream_failed };
enum class cancel_result : std::uint8_t {
    carried,
    joined,  ///< another one was carried for it
    failed,
    dropped,  ///< its session ran nothing
    refused,  ///< there were too many
};
enum class limit : std::uint8_t {
    max_connections,
    max_statements,
    max_half_open,
    login_timeout,
    message_size,
    max_cancel_requests,
};

/// What the connections of one worker have done and how long it took, or those of all. Written by the
/// worker's thread alone; other threads ask it for a copy.
struct statistics {
    std::uint64_t connections = 0;
    tally<login, 4> logins;
    tally<ending, 6> endings;
    tally<connect_result, 2> upstream_connects;
    tally<tls_handshake, 4> tls_handshakes;
    tally<cancel_result, 5> cancel_requests;
    tally<limit, 6> limits_hit;

    session_counters sessions;
    std::uint64_t from_client = 0, to_client = 0;      ///< bytes
    std::uint64_t from_upstream = 0, to_upstream = 0;  ///< bytes

    histogram first_byte;   ///< from a request to the first byte of its answer
    histogram transaction;  ///< from its first message to its ReadyForQuery, both as the client sees them
    histogram server_held;  ///< how long the pooler had to lend a server for it
    histogram idle_in_transaction;  ///< until the client went on
    histogram upstream_connect;

    statistics& operator+=(const statistics& other);
};

}  // namespace pgsidecar::net
