#include "proxy/sql/copy_statement.hpp"

#include <algorithm>

#include "proxy/sql/sql_lexer.hpp"

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
           std::search(sql.begin(), sql.end(), std_in_or_out.begin(), std_in_or_out.end(), is_same_letter) !=
               sql.end();
}

}  // namespace

bool is_copy_from_stdin(byte_view sql, sql_reading reading) {
    if (!may_be_copy(sql)) return false;
    sql_lexer lexer(reading);
    enum class part { start, copy, from, end } at = part::start;
    int parentheses = 0;
    bool from_stdin = false;
    for (const byte_view piece : {sql, byte_view("", 1)}) {
        lexer.feed(piece);
        for (sql_token t; lexer.next(t);) {
            if (t.what == sql_token::kind::comment) continue;
            const bool ends = t.is(';') && parentheses == 0;
            if (at == part::start && !ends && !t.is(sql_keyword::copy_)) return false;
            if (at == part::end && !ends) return false;
            parentheses += t.is('(') ? 1 : t.is(')') ? -1 : 0;
            if (at == part::from && (t.is(sql_keyword::stdin_) || t.is(sql_keyword::stdout_)))
                from_stdin = true;
            if (at == part::start ? !ends : at != part::end)
                at = ends                                           ? part::end
                     : parentheses == 0 && t.is(sql_keyword::from_) ? part::from
                                                                    : part::copy;
        }
    }
    return from_stdin && !lexer.ends_open() && !lexer.is_lost();
}

}  // namespace pgsidecar
