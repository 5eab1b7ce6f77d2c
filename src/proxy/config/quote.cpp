#include "proxy/config/quote.hpp"

#include <algorithm>
#include <cctype>

namespace pgsidecar::config {
namespace {

constexpr std::size_t longest_quote = 80;  // enough to recognise what was written

bool may_hold_password(std::string_view text) { return text.find_first_of("@=") != text.npos; }

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

std::string hex_escape(char c) {
    constexpr char digits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
}

bool is_plain_scalar(std::string_view text) {
    const auto may_stand = [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '.' || c == '/' || c == ':';
    };
    constexpr std::string_view other_meaning[] = {"off", "on", "yes", "no",
                                                  "y",   "n",  "null"};  // YAML 1.1 tools
    return !text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) && text.back() != ':' &&
           std::ranges::all_of(text, may_stand) &&
           std::ranges::find(other_meaning, text) == std::end(other_meaning);
}

}  // namespace

std::string quote(std::string_view text) {
    if (may_hold_password(text)) return "the value (not shown: it may hold a password)";
    std::string quoted = "'";
    for (const char c : text.substr(0, longest_quote))
        quoted += is_printable(c) ? std::string(1, c) : hex_escape(c);
    return quoted + (text.size() > longest_quote ? "…'" : "'");
}

std::string yaml_scalar(std::string_view text) {
    if (is_plain_scalar(text)) return std::string(text);
    std::string quoted = "'";
    for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
    return quoted + "'";
}

}  // namespace pgsidecar::config
