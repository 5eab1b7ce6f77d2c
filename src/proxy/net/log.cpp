#include "proxy/net/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "proxy/net/log_writer.hpp"

namespace pgsidecar::log {
namespace {

constexpr std::size_t max_value_size =
    1024;  // a start-up packet holds values of 10,000 bytes; who needs them whole?
constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

struct level_name {
    spdlog::level::level_enum spdlog_level;
    std::string_view name;
};

constexpr std::array<level_name, 6> level_names{{{spdlog::level::trace, "trace"},
                                                 {spdlog::level::debug, "debug"},
                                                 {spdlog::level::info, "info"},
                                                 {spdlog::level::warn, "warn"},
                                                 {spdlog::level::err, "error"},
                                                 {spdlog::level::off, "off"}}};

format line_format = format::text;

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// The bytes of the well-formed UTF-8 character at the front (Unicode, table 3-7); 0 if there is none.
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const unsigned least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size || byte(1) < least || byte(1) > most) return 0;
    return std::ranges::all_of(text.substr(2, size - 2), is_continuation) ? size : 0;
}

// C0, DEL, C1 and the line and paragraph separators: what a terminal or a reader of lines may act upon.
bool is_control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return first < 0x20 || first == 0x7f;
    if (character.size() == 2) return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
    return character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9";
}

unsigned code_point(std::string_view control) {
    const auto low = [&](std::size_t i) { return static_cast<unsigned char>(control[i]) & 0x3fu; };
    if (control.size() == 1) return static_cast<unsigned char>(control[0]);
    return control.size() == 2 ? 0x80u | low(1) : 0x2000u | low(1) << 6 | low(2);
}

void append_escape(std::string& to, std::string_view character) {
    if (character == "\n")
        to += "\\n";
    else if (character == "\r")
        to += "\\r";
    else if (character == "\t")
        to += "\\t";
    else
        fmt::format_to(std::back_inserter(to), "\\u{:04x}", code_point(character));
}

// Printed as it is.
constexpr bool is_bare(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

// As in a JSON string, without the quotes; text lines use the same escapes.
void append_escaped(std::string& to, std::string_view text) {
    while (!text.empty()) {
        const auto bare = std::ranges::find_if_not(text, is_bare) - text.begin();
        to.append(text.substr(0, static_cast<std::size_t>(bare)));
        text.remove_prefix(static_cast<std::size_t>(bare));
        if (text.empty()) return;
        const auto size = character_size(text);
        const auto character = text.substr(0, std::max<std::size_t>(size, 1));
        if (size == 0)
            to += replacement;
        else if (character == "\"" || character == "\\")
            to.append("\\").append(character);
        else if (is_control(character))
            append_escape(to, character);
        else
            to += character;
        text.remove_prefix(character.size());
    }
}

void append_quoted(std::string& to, std::string_view text) {
    to += '"';
    if (text.size() > max_value_size) {
        auto end = max_value_size;
        while (end > max_value_size - 3 && is_continuation(text[end])) --end;
        append_escaped(to, text.substr(0, end));
        to += "…";
    } else {
        append_escaped(to, text);
    }
    to += '"';
}

bool needs_no_quotes(std::string_view text) {
    const auto needs_none = [](char c) { return is_bare(c) && c != ' ' && c != '='; };
    return !text.empty() && text.size() <= max_value_size && std::ranges::all_of(text, needs_none);
}

void append_value(std::string& to, const field& of, bool always_quoted) {
    const auto append = [&]<class T>(const T& value) {
        if constexpr (!std::is_same_v<T, std::string_view>)
            fmt::format_to(std::back_inserter(to), "{}", value);
        else if (!always_quoted && needs_no_quotes(value))
            to += value;
        else
            append_quoted(to, value);
    };
    std::visit(append, of.value);
}

std::string text_line(std::string_view name, std::uint64_t session, std::string_view message,
                      std::initializer_list<field> fields) {
    auto line = fmt::format("{:<5} ", name);
    if (session != no_session) fmt::format_to(std::back_inserter(line), "[s{}] ", session);
    append_escaped(line, message);
    for (const auto& each : fields) {
        line.append(" ").append(each.name).append("=");
        append_value(line, each, false);
    }
    return line;
}

std::string json_line(std::string_view name, std::uint64_t session, std::string_view message,
                      std::initializer_list<field> fields) {
    auto line = fmt::format(R"("level":"{}")", name);
    if (session != no_session) fmt::format_to(std::back_inserter(line), R"(,"session":{})", session);
    line += R"(,"message":)";
    append_quoted(line, message);
    for (const auto& each : fields) {
        line.append(",\"").append(each.name).append("\":");
        append_value(line, each, true);
    }
    return line;
}

std::string line_of(level at, std::uint64_t session, std::string_view message,
                    std::initializer_list<field> fields) {
    const std::string_view name = level_names[static_cast<std::size_t>(at)].name;
    return (line_format == format::json ? json_line : text_line)(name, session, message, fields);
}

/// Puts the time in front, and hands the lines to the thread that writes them.
class writer_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit writer_sink(output out)
        : writer_(std::move(out), [this](std::uint64_t lost) { return notice_of(lost); }) {}

    writer& lines() { return writer_; }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        writer_.put({line.data(), line.size()});
    }
    void flush_() override {}

    std::string notice_of(std::uint64_t lost) {
        const std::string text = line_of(level::warn, no_session, "log lines lost", {{"count", lost}});
        const std::lock_guard lock(mutex_);
        spdlog::memory_buf_t line;
        formatter_->format({"pgsidecar", spdlog::level::warn, text}, line);
        return {line.data(), line.size()};
    }

    writer writer_;
};

std::shared_ptr<writer_sink> sink;
std::unique_ptr<spdlog::logger> logger;

}  // namespace

void detail::write(level at, std::uint64_t session, std::string_view message,
                   std::initializer_list<field> fields) {
    logger->log(level_names[static_cast<std::size_t>(at)].spdlog_level,
                spdlog::string_view_t(line_of(at, session, message, fields)));
}

bool to_stderr(std::string_view lines) { return write_lines(STDERR_FILENO, lines); }

void set_up(level least, format lines, output out) {
    constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %v";
    constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";
    close();
    line_format = lines;
    sink = std::make_shared<writer_sink>(std::move(out));
    logger = std::make_unique<spdlog::logger>("pgsidecar", sink);
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        lines == format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
    logger->set_level(spdlog::level::trace);  // enabled() has decided
    detail::threshold = least;
}

bool flush(std::chrono::milliseconds limit) { return !sink || sink->lines().flush(limit); }

void close() {
    detail::threshold = level::off;
    logger = nullptr;
    sink = nullptr;
}

std::uint64_t lines_lost() { return sink ? sink->lines().lost() : 0; }

}  // namespace pgsidecar::log
