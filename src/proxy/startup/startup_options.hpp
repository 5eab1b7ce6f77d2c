#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/auth/users.hpp"

namespace pgsidecar {

/// What happens to parameters of the StartupMessage that the upstream would refuse.
enum class unsupported_parameters {
    strip_harmless,  ///< left out if nothing goes wrong without them; else the connection is refused
    strip,           ///< left out; the client gets a warning
    forward,         ///< passed on all the same
    reject,          ///< the connection is refused, in pgBouncer's words
};

/// Who checks the client. In the last two, pgsidecar logs in upstream with credentials of its own.
enum class authentication_mode {
    pass_through,   ///< the upstream
    trust,          ///< nobody: local clients only
    scram_sha_256,  ///< pgsidecar
};

/// What is logged in with upstream; what is empty is as the client says.
struct upstream_credentials {
    std::string user = {};
    std::string database = {};
    auth::secret_string password = {};
};

struct startup_options {
    unsupported_parameters unsupported = unsupported_parameters::strip_harmless;
    /// In lower case; user, database and client_encoding need not be named.
    std::vector<std::string> supported;
    /// The upstream speaks newer minor versions and protocol options; otherwise it sees protocol 3.0.
    bool negotiates_protocol = false;

    authentication_mode authentication = authentication_mode::pass_through;
    upstream_credentials credentials = {};
    /// Needed for scram_sha_256; has the password upstream where `credentials` has none.
    std::shared_ptr<const auth::users> users = {};

    /// Authentication ends here: the upstream never sees the client's answers.
    bool terminates_authentication() const { return authentication != authentication_mode::pass_through; }
};

/// Whether the client's connection may or has to be encrypted.
struct client_encryption {
    bool offered = false;
    bool required = false;
};

}  // namespace pgsidecar
