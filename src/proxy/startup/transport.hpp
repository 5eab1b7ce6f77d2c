#pragma once

#include <string>

namespace pgsidecar {

/// What a peer's connection gives to authentication.
struct transport {
    /// The peer is on this machine: a Unix socket or a loopback address, behind a load balancer as well.
    bool local = false;
    bool unix_socket = false;
    bool encrypted = false;  ///< by TLS that ends here
    /// Of the server's certificate, ours or the upstream's, for tls-server-end-point (RFC 5929 §4); empty
    /// where there is no TLS or none is defined.
    std::string certificate_hash = {};

    /// Nobody on the way can read a password in clear text.
    bool keeps_secrets() const { return unix_socket || encrypted; }
};

}  // namespace pgsidecar
