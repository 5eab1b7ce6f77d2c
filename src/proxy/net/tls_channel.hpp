#pragma once

#include <openssl/types.h>
#include <sys/uio.h>

#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "proxy/net/tls_context.hpp"

namespace pgsidecar::net {

using boost::system::error_code;

/// How the upstream's certificate is looked at.
struct peer_name {
    std::string host;       ///< sent as SNI unless it is an address
    bool verified = false;  ///< the certificate has to be this host's
};

/// TLS on a socket that does not block: what cannot be done yet says what to wait for.
class tls_channel {
public:
    enum class wait { nothing, readable, writable };

    struct step {
        std::size_t bytes = 0;
        wait until = wait::nothing;  ///< then the same again
        error_code ec;               ///< asio::error::eof when the peer has ended the stream
    };

    /// The side that waits for the client.
    tls_channel(const tls_context& context, int descriptor);
    /// The side that connects.
    tls_channel(const tls_context& context, int descriptor, const peer_name& upstream);

    step handshake();
    step read(std::span<char> room);
    /// read() need not wait: bytes are here already.
    bool has_more() const;
    /// One record at most. After a wait the same bytes have to stand at the front again.
    step write(std::span<const iovec> pieces);
    /// Tells the peer that nothing follows, if that can be done without waiting.
    void close_notify();

    /// What is wrong, in words, after a failed handshake.
    std::string failure(const error_code& ec) const;

    bool has_alpn() const;
    const char* version() const;
    const char* cipher() const;
    /// Of the peer's certificate; empty if it has shown none.
    std::string common_name() const;
    /// Hashes for SCRAM's channel binding (RFC 5929, tls-server-end-point); empty without a certificate.
    std::string own_certificate_hash() const;
    std::string peer_certificate_hash() const;

private:
    step outcome(int result);

    std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
    std::size_t record_limit_;
    std::vector<char> unsent_;  // of the record that could not be written
};

}  // namespace pgsidecar::net
