#pragma once

#include <optional>
#include <string>

#include "protocol/bytes.hpp"

/// Messages of SCRAM (RFC 5802 §5.1, §7).
namespace pgsidecar::auth {

inline constexpr byte_view scram_sha_256 = "SCRAM-SHA-256";
inline constexpr byte_view scram_sha_256_plus = "SCRAM-SHA-256-PLUS";
/// The only channel binding that PostgreSQL knows (RFC 5929 §4).
inline constexpr byte_view tls_server_end_point = "tls-server-end-point";

/// The first letter of a client's first message: what it thinks about channel binding.
enum class gs2_flag : char {
    unsupported = 'n',  ///< the client cannot
    not_offered = 'y',  ///< the client can, but thinks that the server cannot
    used = 'p',
};

/// Reads attributes in their order: `r=...,s=...`. A failure sticks.
class scram_reader {
public:
    explicit scram_reader(byte_view message) : rest_(message) {}

    /// The value of the next attribute, which has to have this name.
    byte_view attribute(char name);
    /// Attributes of later versions, which may be there.
    void skip_extensions() {
        if (ok_) rest_ = {};
    }
    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && rest_.empty(); }

private:
    byte_view rest_;
    bool ok_ = true;
};

/// Printable ASCII without a comma; not empty.
bool is_scram_nonce(byte_view text);

/// 1 to scram_iteration_limit, in decimal digits.
std::optional<unsigned> read_scram_iterations(byte_view text);

}  // namespace pgsidecar::auth
