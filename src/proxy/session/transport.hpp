#pragma once

#include <string>

namespace pgsidecar {

/// What a peer's connection gives to authentication. With a PROXY protocol header in front, it is the
/// client's own address that counts.
struct transport {
    bool unix_socket = false;
    bool loopback = false;
    bool encrypted = false;  ///< by TLS that ends here
    /// Of the server's certificate, ours or the upstream's, for tls-server-end-point (RFC 5929 §4); empty
    /// where there is no TLS or none is defined.
    std::string certificate_hash = {};

    bool is_local() const { return unix_socket || loopback; }
    bool keeps_secrets() const { return unix_socket || encrypted; }
};

}  // namespace pgsidecar
