#include "proxy/config/value.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <span>

namespace pgsidecar::config {
namespace {

using std::chrono::milliseconds;

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr unit time_units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"", 1000}};
constexpr unit size_units[] = {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"", 1}};

// "5s": digits, then the name of a unit.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const unit> units) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto found = std::ranges::find(units, text.substr(digits), &unit::name);
    if (found == units.end()) return std::nullopt;
    const auto limit = std::numeric_limits<std::uint64_t>::max() / found->factor;
    const auto count = parse_number(text.substr(0, digits), 0, limit);
    return count ? std::optional(*count * found->factor) : std::nullopt;
}

std::string print_duration(milliseconds time) {
    if (time.count() % 1000 != 0) return std::to_string(time.count()) + "ms";
    const auto seconds = time.count() / 1000;
    return seconds != 0 && seconds % 3600 == 0 ? std::to_string(seconds / 3600) + "h"
                                               : std::to_string(seconds) + "s";
}

std::string print_size(std::uint64_t bytes) {
    for (const auto& [name, factor] : {size_units[2], size_units[1], size_units[0]})
        if (bytes >= factor && bytes % factor == 0) return std::to_string(bytes / factor) + std::string(name);
    return std::to_string(bytes);
}

std::optional<milliseconds> parse_duration(std::string_view text, milliseconds min, milliseconds max) {
    const auto count = parse_quantity(text, time_units);
    if (!count || *count > static_cast<std::uint64_t>(max.count())) return std::nullopt;
    const milliseconds time{*count};
    return time >= min ? std::optional(time) : std::nullopt;
}

bool is_parameter_name(std::string_view text) {
    const auto may_follow = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; };
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) && text.front() != '.' &&
           std::ranges::all_of(text, may_follow);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
    std::uint64_t number = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number < min || number > max) return std::nullopt;
    return number;
}

value_type<address> address_value() {
    return {"host:port, [IPv6 address]:port or unix:/absolute/path; a port is 1 to 65535", parse_address,
            [](const address& where) { return to_string(where); }};
}

value_type<bool> switch_value() { return choice_value<bool>({{"true", true}, {"false", false}}); }

value_type<tls_version> tls_version_value() {
    return choice_value<tls_version>({{"1.2", tls_version::v1_2}, {"1.3", tls_version::v1_3}});
}

value_type<proxy_protocol> proxy_protocol_value() {
    return choice_value<proxy_protocol>({{"off", proxy_protocol::off}, {"v2", proxy_protocol::v2}});
}

value_type<unsigned> workers_value(unsigned max) {
    const auto count = number_value<unsigned>(1, max);
    return {count.accepts + ", or auto",
            [=](std::string_view text) {
                return text == "auto" ? std::optional(auto_workers) : count.parse(text);
            },
            [](const unsigned& number) { return number == auto_workers ? "auto" : std::to_string(number); }};
}

value_type<std::size_t> size_value(std::size_t min, std::size_t max) {
    return {"bytes, or a number with KiB, MiB or GiB; " + print_size(min) + " to " + print_size(max),
            [=](std::string_view text) -> std::optional<std::size_t> {
                const auto bytes = parse_quantity(text, size_units);
                return bytes && *bytes >= min && *bytes <= max ? bytes : std::nullopt;
            },
            [](const std::size_t& bytes) { return print_size(bytes); }};
}

value_type<milliseconds> duration_value(milliseconds min, milliseconds max) {
    return {"seconds, or a number with ms, s, m or h; " + print_duration(min) + " to " + print_duration(max),
            [=](std::string_view text) { return parse_duration(text, min, max); }, print_duration};
}

value_type<milliseconds> user_timeout_value(milliseconds max) {
    const auto time = duration_value(milliseconds{0}, max);
    return {time.accepts + ", or auto",
            [=](std::string_view text) {
                return text == "auto" ? std::optional(auto_user_timeout) : time.parse(text);
            },
            [](const milliseconds& limit) {
                return limit == auto_user_timeout ? "auto" : print_duration(limit);
            }};
}

value_type<std::chrono::seconds> whole_seconds_value(std::chrono::seconds min, std::chrono::seconds max) {
    return {
        "whole seconds, or a number with s, m or h; " + print_duration(min) + " to " + print_duration(max),
        [=](std::string_view text) -> std::optional<std::chrono::seconds> {
            const auto time = parse_duration(text, min, max);
            if (!time || time->count() % 1000 != 0) return std::nullopt;
            return std::chrono::duration_cast<std::chrono::seconds>(*time);
        },
        [](const std::chrono::seconds& time) { return print_duration(time); }};
}

value_type<std::string> text_value(std::string accepts) {
    return {std::move(accepts),
            [](std::string_view text) -> std::optional<std::string> {
                const bool fits =
                    std::ranges::none_of(text, [](unsigned char c) { return std::iscntrl(c) != 0; });
                return fits ? std::optional(std::string(text)) : std::nullopt;
            },
            [](const std::string& text) { return text; }};
}

value_type<std::string> path_value() { return text_value("the path of a file"); }

value_type<certificate_user> certificate_user_value() {
    return {"common name=user",
            [](std::string_view text) -> std::optional<certificate_user> {
                const auto equals = text.rfind('=');
                if (equals == text.npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
                return certificate_user{std::string(text.substr(0, equals)),
                                        std::string(text.substr(equals + 1))};
            },
            [](const certificate_user& pair) { return pair.common_name + "=" + pair.user; }};
}

value_type<std::string> parameter_name_value() {
    return {"names of PostgreSQL parameters",
            [](std::string_view text) {
                return is_parameter_name(text) ? std::optional(lower_case(text)) : std::nullopt;
            },
            [](const std::string& name) { return name; }};
}

}  // namespace pgsidecar::config
