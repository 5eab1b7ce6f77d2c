#pragma once

#include "proxy/config/settings.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pgsidecar::config {

// Everything there is to know about one key. Files, environment, command line, the printed configuration, the
// reference file and the documentation all go by the one table of keys().
struct key {
    std::string path;     // as in the file: "upstream.connect_timeout"
    std::string meaning;  // a sentence or two
    std::string accepts;
    bool is_list = false;
    // Sets the key unless a text is refused; returns the indices of those that are.
    std::function<std::vector<std::size_t>(settings&, const std::vector<std::string>&)> assign;
    std::function<std::vector<std::string>(const settings&)> print;
    bool is_secret = false;  // its value is shown nowhere

    std::string variable() const;      // "PGSIDECAR_UPSTREAM_CONNECT_TIMEOUT"
    std::string_view section() const;  // "upstream", or empty
    std::string_view name() const;     // "connect_timeout"
};

inline constexpr std::string_view variable_prefix = "PGSIDECAR_";

const std::vector<key>& keys();
const key* find_key(std::string_view path);

}  // namespace pgsidecar::config
