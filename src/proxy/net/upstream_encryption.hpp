#pragma once

#include <string>

#include "proxy/net/byte_stream.hpp"
#include "proxy/net/deadline.hpp"
#include "proxy/net/snapshot.hpp"
#include "proxy/net/upstream_connector.hpp"

namespace pgsidecar::net {

/// Why an upstream cannot be spoken to; empty if it can.
struct link_failure {
    std::string why;
    bool of_encryption = false;  ///< another way of encryption might do
    bool is_away = false;        ///< nobody speaks there now

    explicit operator bool() const { return !why.empty(); }
};

/// Asks for TLS on a connection that has just been made to `host`, and begins it (manual: "SSL Session
/// Encryption"). With mode allow and prefer an upstream that has none is spoken to as it is.
awaitable<link_failure> encrypt(byte_stream& server, const snapshot& by, std::string host,
                                deadline_queue& deadlines, time_point until);

}  // namespace pgsidecar::net
