#include "proxy/sql/state_uses.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/names.hpp"
#include "proxy/sql/sql_grammar.hpp"
#include "proxy/sql/sql_lexer.hpp"

namespace pgsidecar {

namespace {

constexpr auto first_words =
    std::to_array<std::string_view>({"listen", "unlisten", "reset", "set", "discard", "execute"});
constexpr byte_view blanks = " \t\r\n\f\v";

bool starts_with_word(byte_view sql, std::string_view word) {
    return sql.size() >= word.size() &&
           std::equal(word.begin(), word.end(), sql.begin(), [](char w, char c) { return w == (c | 0x20); });
}

/// A comment in front of the statement is no reason not to look at it.
bool begins_with_first_word(byte_view sql) {
    const std::size_t begin = sql.find_first_not_of(blanks);
    if (begin == byte_view::npos) return false;
    sql.remove_prefix(begin);
    if (sql.starts_with("--") || sql.starts_with("/*")) return true;
    return std::ranges::any_of(first_words, [&](auto word) { return starts_with_word(sql, word); });
}

bool mentions_first_word(byte_view sql) {
    for (std::size_t i = 0; i < sql.size(); ++i)
        if (std::ranges::any_of(first_words, [&](auto word) {
                return (sql[i] | 0x20) == word.front() && starts_with_word(sql.substr(i), word);
            }))
            return true;
    return false;
}

/// More tokens than a statement has that changes the state.
constexpr std::size_t max_tokens = 40;

/// Reads the tokens of one statement; what the lexer leaves out, operators and dots, stands among them.
class statement_reader {
public:
    statement_reader(byte_view sql, std::span<const sql_token> tokens) : sql_(sql), tokens_(tokens) {}

    state_use use() const {
        state_use out = tokens_.size() < max_tokens ? read() : state_use{};
        out.end = tokens_.back().end;
        return out;
    }

private:
    std::string written(std::size_t i) const {
        return i < tokens_.size() ? lower_case(tokens_[i].in(sql_)) : std::string();
    }
    bool ends_at(std::size_t i) const { return i == tokens_.size(); }

    state_use read() const {
        const std::string verb = written(0);
        if (verb == "listen" && ends_at(2)) return named(state_verb::listen, 1);
        if (verb == "unlisten" && ends_at(2))
            return written(1) == "*" ? state_use{state_verb::unlisten_all} : named(state_verb::unlisten, 1);
        if (verb == "discard" && written(1) == "all") return {state_verb::discard_all};
        if (verb == "execute") return named(state_verb::execute, 1);
        if (verb == "reset") return reset(1, false);
        return verb == "set" ? set() : state_use{};
    }

    state_use named(state_verb verb, std::size_t at) const {
        if (at >= tokens_.size()) return {};
        const auto name = name_of(tokens_[at]);
        return name ? state_use{verb, *name} : state_use{};
    }

    /// As PostgreSQL folds and unquotes it.
    std::optional<std::string> name_of(const sql_token& t) const {
        const byte_view as_written = t.in(sql_);
        switch (t.what) {
            case sql_token::kind::word: return std::string(statement_key(lower_case(as_written)));
            case sql_token::kind::unicode_quoted: return unicode_name(as_written);
            case sql_token::kind::quoted: break;
            default: return std::nullopt;
        }
        std::string name;
        for (std::size_t i = 1; i + 1 < as_written.size(); ++i) {
            name += as_written[i];
            i += as_written[i] == '"';  // written as two
        }
        return std::string(statement_key(name));
    }

    /// RESET ALL, TIME ZONE or a name, which may have dots.
    state_use reset(std::size_t at, bool local) const {
        if (written(at) == "all" && ends_at(at + 1)) return {state_verb::reset_all};
        if (written(at) == "time" && written(at + 1) == "zone") return {state_verb::reset, "timezone", local};
        state_use out = named(state_verb::reset, at);
        for (++at; written(at) == "."; at += 2)
            out.name.append(1, '.').append(named(state_verb::reset, at + 1).name);
        if (!ends_at(at)) return {};
        out.name = lower_case(out.name);
        out.local = local;
        return out;
    }

    /// SET [SESSION | LOCAL] of something to DEFAULT.
    state_use set() const {
        const bool local = written(1) == "local";
        const std::size_t at = local || written(1) == "session" ? 2 : 1;
        const std::string last = written(tokens_.size() - 1);
        if (written(at) == "time" && written(at + 1) == "zone")
            return ends_at(at + 3) && (last == "default" || last == "local")
                       ? state_use{state_verb::reset, "timezone", local}
                       : state_use{};
        if (written(at) == "names")
            return ends_at(at + 1) || (ends_at(at + 2) && last == "default")
                       ? state_use{state_verb::reset, "client_encoding", local}
                       : state_use{};
        if (tokens_.size() < at + 3 || last != "default") return {};
        const std::string to = written(tokens_.size() - 2);
        if (to != "to" && to != "=") return {};
        return statement_reader(sql_, tokens_.first(tokens_.size() - 2)).reset(at, local);
    }

    byte_view sql_;
    std::span<const sql_token> tokens_;
};

/// Cuts the tokens where a statement ends: not at a semicolon in parentheses (CREATE RULE) or in BEGIN ATOMIC
/// ... END.
class statement_cutter {
public:
    explicit statement_cutter(byte_view sql) : sql_(sql) {}

    /// True: a statement has ended, and is in tokens().
    bool take(const sql_token& t) {
        if (ended_) tokens_.clear();
        const bool nested = parentheses_ > 0 || atomic_ > 0;
        ended_ = t.what == sql_token::kind::end || (t.is(';') && !nested);
        add_what_is_left_out(t.what == sql_token::kind::end ? sql_.size() : t.begin);
        behind_ = t.end;
        if (t.what == sql_token::kind::comment || ended_) return ended_ && !tokens_.empty();
        if (t.is(sql_keyword::atomic_) && last_ == sql_keyword::begin_) ++atomic_;
        if (atomic_ > 0 && t.is(sql_keyword::case_)) ++atomic_;
        if (atomic_ > 0 && t.is(sql_keyword::end_)) --atomic_;
        last_ = t.keyword;
        if (t.is('(')) ++parentheses_;
        if (t.is(')') && parentheses_ > 0) --parentheses_;
        add(t);
        return false;
    }

    std::span<const sql_token> tokens() const { return tokens_; }

private:
    void add_what_is_left_out(std::size_t end) {
        for (; behind_ < end; ++behind_)
            if (blanks.find(sql_[behind_]) == byte_view::npos)
                add({.what = sql_token::kind::symbol, .begin = behind_, .end = behind_ + 1});
    }
    void add(const sql_token& t) {
        if (tokens_.size() < max_tokens) tokens_.push_back(t);
        tokens_.back().end = t.end;
    }

    byte_view sql_;
    std::vector<sql_token> tokens_;  // of a long statement the first ones
    std::size_t behind_ = 0;         // what has been looked at
    sql_keyword last_ = sql_keyword::none;
    int parentheses_ = 0;
    int atomic_ = 0;
    bool ended_ = false;
};

}  // namespace

bool may_change_state(byte_view sql) {
    if (begins_with_first_word(sql)) return mentions_first_word(sql);
    const std::size_t first_end = sql.find(';');
    if (first_end == byte_view::npos) return false;
    const byte_view behind = sql.substr(first_end + 1);
    return behind.find_first_not_of(blanks) != byte_view::npos && mentions_first_word(behind);
}

std::vector<state_use> read_state_uses(byte_view sql, sql_reading reading) {
    std::vector<state_use> out;
    if (!may_change_state(sql)) return out;
    sql_lexer lexer(reading);
    statement_cutter cutter(sql);
    for (const byte_view piece : {sql, byte_view("", 1)}) {
        lexer.feed(piece);
        for (sql_token t; lexer.next(t);)
            if (cutter.take(t)) out.push_back(statement_reader(sql, cutter.tokens()).use());
    }
    if (cutter.take({})) out.push_back(statement_reader(sql, cutter.tokens()).use());
    if (lexer.ends_open() || lexer.is_lost()) out.clear();
    if (std::ranges::all_of(out, [](const state_use& u) { return u.verb == state_verb::other; })) out.clear();
    return out;
}

}  // namespace pgsidecar
