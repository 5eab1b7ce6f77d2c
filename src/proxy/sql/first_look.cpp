#include "proxy/sql/first_look.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "proxy/sql/sql_characters.hpp"

namespace pgsidecar {
namespace {

using sql_characters::fold;

constexpr byte_view blanks = " \t\r\n\f\v";

bool starts_with_folded(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == fold(b); });
}

/// First letters of the words: nearly every byte is none.
constexpr auto begins_a_word = [] {
    std::array<bool, 256> out{};
    for (const char c : {'d', 'D', 'e', 'E', 'p', 'P'}) out[static_cast<unsigned char>(c)] = true;
    return out;
}();

/// Where the first statement begins: behind blanks, comments and empty statements.
std::string_view without_leading_comments(std::string_view sql) {
    while (!sql.empty()) {
        if (sql.starts_with("--")) {
            sql.remove_prefix(std::min(sql.find_first_of("\r\n"), sql.size()));
        } else if (sql.starts_with("/*")) {
            std::size_t depth = 0;
            do {
                if (sql.starts_with("/*") || sql.starts_with("*/")) {
                    depth = sql.front() == '/' ? depth + 1 : depth - 1;
                    sql.remove_prefix(2);
                } else {
                    sql.remove_prefix(1);
                }
            } while (depth > 0 && !sql.empty());
        } else if (sql_characters::is_blank(sql.front()) || sql.front() == ';') {
            sql.remove_prefix(1);
        } else {
            break;
        }
    }
    return sql;
}

bool begins_with_one_of(std::string_view sql, std::initializer_list<std::string_view> words) {
    sql = without_leading_comments(sql);
    return std::any_of(words.begin(), words.end(), [&](auto word) { return starts_with_folded(sql, word); });
}

constexpr auto state_words =
    std::to_array<std::string_view>({"listen", "unlisten", "reset", "set", "discard", "execute"});

/// A comment in front of the statement is no reason not to look at it.
bool begins_with_state_word(byte_view sql) {
    const std::size_t begin = sql.find_first_not_of(blanks);
    if (begin == byte_view::npos) return false;
    sql.remove_prefix(begin);
    if (sql.starts_with("--") || sql.starts_with("/*")) return true;
    return std::ranges::any_of(state_words, [&](auto word) { return starts_with_folded(sql, word); });
}

bool mentions_state_word(byte_view sql) {
    for (std::size_t i = 0; i < sql.size(); ++i)
        if (std::ranges::any_of(state_words, [&](auto word) {
                return fold(sql[i]) == word.front() && starts_with_folded(sql.substr(i), word);
            }))
            return true;
    return false;
}

}  // namespace

bool mentions_prepared_statements(byte_view sql) {
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (!begins_a_word[static_cast<unsigned char>(sql[i])]) continue;
        const std::string_view rest = sql.substr(i);
        switch (fold(rest.front())) {
            case 'd':
                if (starts_with_folded(rest, "deallocate") || starts_with_folded(rest, "discard"))
                    return true;
                break;
            case 'e':
                if (starts_with_folded(rest, "execute")) return true;
                break;
            case 'p':
                if (starts_with_folded(rest, "prepare")) return true;
                break;
            default: break;
        }
    }
    return false;
}

bool begins_notably(byte_view sql) {
    return begins_with_one_of(sql, {"abort", "commit", "deallocate", "discard", "end", "execute", "fetch",
                                    "move", "prepare", "rollback"}) ||
           (begins_with_one_of(sql, {"create", "explain"}) && mentions_prepared_statements(sql));
}

bool may_change_state(byte_view sql) {
    if (begins_with_state_word(sql)) return mentions_state_word(sql);
    const std::size_t first_end = sql.find(';');
    if (first_end == byte_view::npos) return false;
    const byte_view behind = sql.substr(first_end + 1);
    return behind.find_first_not_of(blanks) != byte_view::npos && mentions_state_word(behind);
}

bool may_copy_from_stdin(byte_view sql) {
    const std::size_t begin = sql.find_first_not_of(blanks);
    if (begin == byte_view::npos) return false;
    sql.remove_prefix(begin);
    constexpr std::string_view std_in_or_out = "std";
    return (starts_with_folded(sql, "copy") || sql.front() == '-' || sql.front() == '/' ||
            sql.front() == ';') &&
           std::search(sql.begin(), sql.end(), std_in_or_out.begin(), std_in_or_out.end(),
                       [](char a, char b) { return fold(a) == b; }) != sql.end();
}

statement_effect effect_by_first_word(byte_view sql) {
    const bool optimizable = begins_with_one_of(
        sql, {"(", "delete", "insert", "merge", "select", "table", "update", "values", "with"});
    return optimizable ? statement_effect::undone : statement_effect::lasting;
}

bool is_utility_without_rows(byte_view sql) {
    // PostgreSQL analyses the query inside of these, and so finds its parameters.
    if (begins_with_one_of(sql, {"create", "declare"})) return sql.find('$') == byte_view::npos;
    return begins_with_one_of(
        sql,
        {"abort",   "alter",   "analy",      "begin",    "checkpoint", "close",    "cluster",   "comment",
         "commit",  "copy",    "deallocate", "discard",  "do",         "drop",     "end",       "grant",
         "import",  "listen",  "load",       "lock",     "move",       "notify",   "prepare",   "reassign",
         "refresh", "reindex", "release",    "reset",    "revoke",     "rollback", "savepoint", "security",
         "set",     "start",   "truncate",   "unlisten", "vacuum"});
}

}  // namespace pgsidecar
