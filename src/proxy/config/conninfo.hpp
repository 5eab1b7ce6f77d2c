#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pgsidecar::config {

/// What a connection string gives, by libpq's keywords (manual: "Connection Strings").
struct conninfo {
    std::map<std::string, std::string> values;  ///< of the keywords that stand there
    std::string problem;                        ///< why it cannot be read, or empty; repeats no value of it
};

/// Whether a text is meant as one: a URL, postgresql:// or postgres://, or "keyword=value …".
bool is_conninfo(std::string_view text);

conninfo read_conninfo(std::string_view text);

}  // namespace pgsidecar::config
