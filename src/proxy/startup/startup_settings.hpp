#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

/// Settings that a client wants from its StartupMessage on, by name or in `options`.
namespace pgsidecar {

/// Whether a client that goes without it reads the same rows, sees the same tables and is as safe: how
/// statements are planned, how much memory they may use, what is logged, how the socket is kept alive.
/// Whatever is not known to be harmless is not: extensions and applications have settings of their own.
bool is_harmless_setting(byte_view name);

struct command_line_setting {
    std::string name;
    std::string value;

    bool operator==(const command_line_setting&) const = default;
};

/// The parameter `options`: arguments for the server's command line.
struct command_line {
    std::vector<command_line_setting> settings;  ///< -c name=value, --name=value
    bool has_other_switches = false;             ///< or arguments
    std::string problem;                         ///< what PostgreSQL says of it (42601), else empty
};

/// As PostgreSQL splits and reads it (pg_split_opts, process_postgres_switches).
command_line read_command_line(byte_view options);

}  // namespace pgsidecar
