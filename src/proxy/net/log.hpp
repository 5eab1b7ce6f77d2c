#pragma once

#include "proxy/config/settings.hpp"

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <variant>

// One line per event, to stderr, as text or JSON, written by a thread of its own (log_writer.hpp):
//   log::event(log::level::info, id, "client connected", {{"user", user}, {"database", database}});
//   2026-11-24T13:30:00.123Z info  [s42] client connected user=app database=db
// Values may be any bytes: they can neither break a line nor its syntax. Message and field names are
// constants.
namespace pgsidecar::log {

using level = config::log_level;
using format = config::log_format;

inline constexpr std::uint64_t no_session = 0;

struct field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, std::uint64_t, bool> value;

    field(std::string_view key, std::string_view text) : name(key), value(text) {}
    field(std::string_view key, const char* text) : name(key), value(std::string_view(text)) {}
    template <std::integral T>
    field(std::string_view key, T number) : name(key) {
        if constexpr (std::is_same_v<T, bool>)
            value = number;
        else if constexpr (std::is_signed_v<T>)
            value = std::int64_t{number};
        else
            value = std::uint64_t{number};
    }
};

namespace detail {
inline std::atomic<level> threshold{level::off};
void write(level at, std::uint64_t session, std::string_view message, std::initializer_list<field> fields);
}  // namespace detail

// Takes whole lines and may block; false: they could not be written.
using output = std::function<bool(std::string_view lines)>;

bool to_stderr(std::string_view lines);

// Before the first thread starts; until then nothing is written.
void set_up(level least, format lines, output out = to_stderr);

// Until everything is written, or the time is over: then it is false, and nobody may wait for the thread that
// writes. True as well where set_up() has not been called.
bool flush(std::chrono::milliseconds limit);

// Ends the thread, which flush() has found idle. Nothing is written any more.
void close();

// Lines that could not be written since there were too many, or nobody took them.
std::uint64_t lines_lost();

inline void set_level(level least) { detail::threshold = least; }

inline bool enabled(level at) noexcept {
    return at >= detail::threshold.load(std::memory_order_relaxed) && at != level::off;
}

inline void event(level at, std::uint64_t session, std::string_view message,
                  std::initializer_list<field> fields = {}) {
    if (enabled(at)) detail::write(at, session, message, fields);
}

}  // namespace pgsidecar::log
