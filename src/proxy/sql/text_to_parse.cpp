#include "proxy/sql/text_to_parse.hpp"

#include <algorithm>
#include <string_view>

#include "proxy/sql/sql_characters.hpp"
#include "proxy/sql/sql_lexer.hpp"

namespace pgsidecar {
namespace {

/// What a text of so many tokens takes at most is about that of a round trip. A server that has parsed it
/// takes as long.
constexpr std::size_t max_parsed_tokens = 2'000;

/// PostgreSQL refuses longer operators (NAMEDATALEN); its scanner takes such a run as far as it goes, gives
/// all but the first byte of it back, and so on.
constexpr std::size_t max_operator_size = 63;

using sql_characters::goes_on_word;
using sql_characters::is_digit;

constexpr bool is_operator(char c) {
    return std::string_view("~!@#^&|`?+-*/%<>=").find(c) != std::string_view::npos;
}

/// Between its quotes, or its tags.
void hide_literal(std::string& sql, const sql_token& t) {
    const char quote = sql[t.end - 1];
    const std::size_t first = sql.find(quote, t.begin);
    const std::size_t begin = quote == '$' ? sql.find('$', first + 1) + 1 : first + 1;
    const std::size_t tag = quote == '$' ? begin - t.begin : 1;
    std::fill(sql.begin() + static_cast<std::ptrdiff_t>(begin),
              sql.begin() + static_cast<std::ptrdiff_t>(t.end - tag), 'x');
}

/// 0x1f, 0o17, 0b11 and 1_000: the digits, and right behind them what PostgreSQL 15 has no place for.
void show_integer(std::string& sql, const sql_token& digits, const sql_token& behind) {
    const char radix = static_cast<char>(sql[behind.begin] | 0x20);
    const bool all = digits.end - digits.begin == 1 && sql[digits.begin] == '0' &&
                     (radix == 'x' || radix == 'o' || radix == 'b');
    for (std::size_t i = behind.begin; i < behind.end; ++i)
        if (all || (sql[i] == '_' && i + 1 < behind.end && is_digit(sql[i + 1]))) sql[i] = '0';
    if (all) sql[digits.begin] = '1';
}

/// Every operator counts with each of its bytes.
bool is_cheap(std::string_view sql) {
    std::size_t tokens = 0, run = 0;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        const bool word = goes_on_word(c);
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
        run = is_operator(c) ? run + 1 : 0;
        tokens += (word && (i == 0 || !goes_on_word(sql[i - 1]))) || (!word && !blank);
        if (tokens > max_parsed_tokens || run > max_operator_size) return false;
    }
    return true;
}

}  // namespace

std::optional<std::string> text_to_parse(byte_view sql, sql_reading reading) {
    if (sql.size() > max_parsed_size) return std::nullopt;
    std::string out(sql);
    sql_lexer lexer(reading);
    sql_token before;
    for (const byte_view piece : {sql, byte_view("", 1)}) {
        lexer.feed(piece);
        for (sql_token t; lexer.next(t); before = t) {
            if (t.what == sql_token::kind::comment)
                std::fill(out.begin() + static_cast<std::ptrdiff_t>(t.begin),
                          out.begin() + static_cast<std::ptrdiff_t>(t.end), ' ');
            if (t.what == sql_token::kind::literal) hide_literal(out, t);
            if (t.what == sql_token::kind::word && before.what == sql_token::kind::number &&
                before.end == t.begin)
                show_integer(out, before, t);
        }
    }
    if (lexer.ends_open() || lexer.is_lost() || !is_cheap(out)) return std::nullopt;
    return out;
}

}  // namespace pgsidecar
