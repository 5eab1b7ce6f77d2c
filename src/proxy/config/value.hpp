#pragma once

#include "proxy/config/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgsidecar::config {

// How a value of one type is read, written and described, the same in files, environment and command line.
template <class T>
struct value_type {
    std::string accepts;
    std::function<std::optional<T>(std::string_view)> parse;
    std::function<std::string(const T&)> print;
};

// Digits only.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max);

template <class T>
value_type<T> number_value(T min, T max) {
    return {std::to_string(min) + " to " + std::to_string(max),
            [=](std::string_view text) -> std::optional<T> {
                const auto number = parse_number(text, min, max);
                return number ? std::optional(static_cast<T>(*number)) : std::nullopt;
            },
            [](const T& number) { return std::to_string(number); }};
}

template <class Enum>
value_type<Enum> choice_value(std::vector<std::pair<std::string, Enum>> choices) {
    std::string accepts;
    for (const auto& [name, choice] : choices) accepts += (accepts.empty() ? "" : ", ") + name;
    return {std::move(accepts),
            [choices](std::string_view text) -> std::optional<Enum> {
                for (const auto& [name, choice] : choices)
                    if (name == text) return choice;
                return std::nullopt;
            },
            [choices](const Enum& value) -> std::string {
                for (const auto& [name, choice] : choices)
                    if (choice == value) return name;
                return {};
            }};
}

value_type<address> address_value();
value_type<bool> switch_value();
value_type<tls_version> tls_version_value();
value_type<proxy_protocol> proxy_protocol_value();
value_type<unsigned> workers_value(unsigned max);
value_type<std::size_t> size_value(std::size_t min, std::size_t max);
value_type<std::chrono::milliseconds> duration_value(std::chrono::milliseconds min,
                                                     std::chrono::milliseconds max);
/// A duration, or auto.
value_type<std::chrono::milliseconds> user_timeout_value(std::chrono::milliseconds max);
value_type<std::chrono::seconds> whole_seconds_value(std::chrono::seconds min, std::chrono::seconds max);
value_type<std::string> text_value(std::string accepts);  // any without control characters; empty is none
value_type<std::string> path_value();
value_type<certificate_user> certificate_user_value();
value_type<std::string> parameter_name_value();  // kept in lower case: names of parameters are compared so

}  // namespace pgsidecar::config
