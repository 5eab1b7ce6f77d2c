#include "proxy/session/copy_statement.hpp"

#include <algorithm>
#include <string>

#include "proxy/session/sql_scan.hpp"

namespace pgsidecar {
namespace {

bool is_same_letter(char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; }

bool is_word(std::string_view written, std::string_view word) {
    return std::ranges::equal(written, word, is_same_letter);
}

/// The cheap look: it begins with COPY, or with what may stand in front of it, and has the other word as
/// well.
bool may_be_copy(std::string_view sql) {
    const std::size_t begin = sql.find_first_not_of(" \t\r\n\f\v");
    if (begin == std::string_view::npos) return false;
    sql.remove_prefix(begin);
    constexpr std::string_view std_in_or_out = "std";
    return (is_word(sql.substr(0, 4), "copy") || sql.front() == '-' || sql.front() == '/' ||
            sql.front() == ';') &&
           std::ranges::search(sql, std_in_or_out, is_same_letter).begin() != sql.end();
}

}  // namespace

bool is_copy_from_stdin(std::string_view sql) {
    if (!may_be_copy(sql)) return false;
    const auto tokens = scan_sql(std::string(sql));
    if (!tokens) return false;
    const auto word = [&](const sql_token& t, std::string_view w) {
        return t.what == sql_token::kind::keyword && is_word(t.in(sql), w);
    };
    const auto symbol = [&](const sql_token& t, char c) { return t.in(sql) == std::string_view(&c, 1); };
    const auto is_empty = [&](const sql_token& t) { return symbol(t, ';'); };
    const auto begin = std::ranges::find_if_not(*tokens, is_empty);
    if (begin == tokens->end() || !word(*begin, "copy")) return false;
    int parentheses = 0;
    bool from_stdin = false;
    auto at = begin;
    for (; at != tokens->end() && !(parentheses == 0 && is_empty(*at)); ++at) {
        if (symbol(*at, '(')) ++parentheses;
        if (symbol(*at, ')')) --parentheses;
        const bool from = parentheses == 0 && word(*at, "from") && at + 1 != tokens->end();
        if (from && (word(at[1], "stdin") || word(at[1], "stdout"))) from_stdin = true;
    }
    return from_stdin && std::all_of(at, tokens->end(), is_empty);
}

}  // namespace pgsidecar
