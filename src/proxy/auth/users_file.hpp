#pragma once

#include <string>
#include <vector>

#include "proxy/auth/secret_string.hpp"

namespace pgsidecar::auth {

/// One line of a users file.
struct user_line {
    std::size_t line = 0;
    std::string name;
    secret_string secret;
};

struct users_file {
    std::vector<user_line> users;
    std::vector<std::string> problems;  ///< "line 3: ...", without secrets
};

/// pgBouncer's auth_file (its manual: "Authentication file format"): `"name" "password or secret"` on a line,
/// a quote in them written twice, the rest of the line passed over; lines that begin with ; are comments.
users_file read_users_file(byte_view text);

}  // namespace pgsidecar::auth
