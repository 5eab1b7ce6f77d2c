#pragma once

#include <string>

#include "proxy/auth/secret_string.hpp"

namespace pgsidecar::net {

/// What a file holds that only we may read. std::runtime_error, which names the key and the file, if it
/// cannot be read or has more than a megabyte.
auth::secret_string read_secret_file(const std::string& key, const std::string& path);

/// A password or token alone in a file, as a mounted Kubernetes secret; a line's end behind it does not
/// count. std::runtime_error as above, and if it is empty or has a NUL in it.
auth::secret_string read_secret_line(const std::string& key, const std::string& path);

}  // namespace pgsidecar::net
