#include "proxy/config/ssl_negotiation.hpp"

namespace pgsidecar::config {
namespace {

constexpr std::string_view keyword = "sslnegotiation";
constexpr std::string_view blanks = " \t\n\r\f\v";

bool is_blank(char c) { return blanks.find(c) != blanks.npos; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(blanks, at), text.size());
}

/// Where the query of a URL begins, behind its question mark. There may be others in the password (libpq,
/// conninfo_uri_parse_options).
std::size_t query_of(std::string_view url) {
    const auto authority = url.find("://") + 3;
    const auto end_of_login = url.find_first_of("@/", authority);
    const bool has_login = end_of_login != url.npos && url[end_of_login] == '@';
    const auto mark = url.find('?', has_login ? end_of_login : authority);
    return mark == url.npos ? url.size() : mark + 1;
}

std::optional<std::string> take_from_url(std::string& url) {
    for (auto begin = query_of(url); begin < url.size();) {
        const auto end = std::min(url.find('&', begin), url.size());
        const auto parameter = url.substr(begin, end - begin);
        if (parameter.starts_with(keyword) && parameter.substr(keyword.size()).starts_with('=')) {
            url.erase(begin, end - begin + 1);
            while (url.ends_with('&') || url.ends_with('?')) url.pop_back();
            return parameter.substr(keyword.size() + 1);
        }
        begin = end + 1;
    }
    return std::nullopt;
}

/// Where a value that begins here ends: quoted, or up to a blank; a backslash keeps the next character from
/// meaning anything (libpq, conninfo_parse).
std::size_t end_of_value(std::string_view text, std::size_t at) {
    const bool quoted = at < text.size() && text[at] == '\'';
    for (at += quoted; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (quoted && text[at] == '\'')
            return at + 1;
        else if (!quoted && is_blank(text[at]))
            return at;
    }
    return text.size();
}

std::optional<std::string> take_from_pairs(std::string& text) {
    for (auto begin = skip_blanks(text, 0); begin < text.size();) {
        const auto equals = text.find('=', begin);
        if (equals == text.npos) break;
        const auto value = skip_blanks(text, equals + 1);
        const auto end = end_of_value(text, value);
        const auto name = text.substr(begin, text.find_first_of(" \t\n\r\f\v=", begin) - begin);
        if (name == keyword) {
            auto taken = text.substr(value, end - value);
            text.erase(begin, end - begin);
            if (taken.starts_with('\'') && taken.ends_with('\'')) taken = taken.substr(1, taken.size() - 2);
            return taken;
        }
        begin = skip_blanks(text, end);
    }
    return std::nullopt;
}

}  // namespace

bool is_url(std::string_view text) {
    return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

std::optional<std::string> take_ssl_negotiation(std::string& text) {
    return is_url(text) ? take_from_url(text) : take_from_pairs(text);
}

}  // namespace pgsidecar::config
