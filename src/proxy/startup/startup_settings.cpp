#include "proxy/startup/startup_settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "protocol/names.hpp"

namespace pgsidecar {

namespace {

constexpr auto harmless = std::to_array<std::string_view>(
    {// how statements are planned
     "constraint_exclusion", "cpu_index_tuple_cost", "cpu_operator_cost", "cpu_tuple_cost",
     "cursor_tuple_fraction", "default_statistics_target", "effective_cache_size", "force_parallel_mode",
     "from_collapse_limit", "join_collapse_limit", "max_parallel_maintenance_workers", "max_parallel_workers",
     "max_parallel_workers_per_gather", "min_parallel_index_scan_size", "min_parallel_table_scan_size",
     "parallel_leader_participation", "parallel_setup_cost", "parallel_tuple_cost", "plan_cache_mode",
     "random_page_cost", "recursive_worktable_factor", "seq_page_cost",
     // memory and reading ahead
     "backend_flush_after", "effective_io_concurrency", "hash_mem_multiplier", "io_combine_limit",
     "logical_decoding_work_mem", "maintenance_io_concurrency", "maintenance_work_mem", "temp_buffers",
     "vacuum_buffer_usage_limit", "vacuum_cost_delay", "vacuum_cost_limit", "vacuum_cost_page_dirty",
     "vacuum_cost_page_hit", "vacuum_cost_page_miss", "work_mem",
     // more digits than these no float has
     "extra_float_digits",
     // what is told and counted
     "application_name", "client_min_messages", "compute_query_id", "stats_fetch_consistency",
     // the server's socket, which is the pooler's
     "client_connection_check_interval", "tcp_user_timeout"});

constexpr std::array<std::string_view, 7> harmless_families{"debug_", "enable_", "geqo",           "jit",
                                                            "log_",   "track_",  "tcp_keepalives_"};

/// Arguments stand between blanks; a backslash takes the character behind it as it is.
std::vector<std::string> split(byte_view options) {
    const auto is_blank = [](char c) { return byte_view(" \t\n\v\f\r").find(c) != byte_view::npos; };
    std::vector<std::string> out;
    bool inside = false;
    for (std::size_t i = 0; i < options.size(); ++i) {
        if (is_blank(options[i])) {
            inside = false;
            continue;
        }
        if (!std::exchange(inside, true)) out.emplace_back();
        if (options[i] == '\\' && ++i == options.size()) break;
        out.back().push_back(options[i]);
    }
    return out;
}

/// name=value; a dash in the name is an underscore.
void read_setting(byte_view argument, byte_view given_by, command_line& out) {
    const std::size_t equals = argument.find('=');
    std::string name(argument.substr(0, equals));
    if (equals == byte_view::npos) {
        out.problem = std::string(given_by) + name + " requires a value";
        return;
    }
    if (name.empty()) {
        out.has_other_switches = true;
        return;
    }
    std::ranges::replace(name, '-', '_');
    out.settings.push_back({std::move(name), std::string(argument.substr(equals + 1))});
}

}  // namespace

bool is_harmless_setting(byte_view name) {
    const std::string folded = lower_case(name);
    if (folded.find('.') != std::string::npos) return false;
    return std::ranges::find(harmless, folded) != harmless.end() ||
           std::ranges::any_of(harmless_families, [&](auto family) { return folded.starts_with(family); });
}

command_line read_command_line(byte_view options) {
    command_line out;
    const std::vector<std::string> arguments = split(options);
    for (std::size_t i = 0; i < arguments.size() && out.problem.empty(); ++i) {
        const byte_view argument = arguments[i];
        if (argument.starts_with("--") && argument.size() > 2) {
            read_setting(argument.substr(2), "--", out);
        } else if (argument.starts_with("-c") && argument.size() > 2) {
            read_setting(argument.substr(2), "-c ", out);
        } else if (argument == "-c" && i + 1 < arguments.size()) {
            read_setting(arguments[++i], "-c ", out);
        } else {
            out.has_other_switches = true;
        }
    }
    return out;
}

}  // namespace pgsidecar
