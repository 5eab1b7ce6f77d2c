#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_lexer.hpp"
#include "proxy/sql/statement_starts.hpp"

namespace pgsidecar {

/// The tokens of a text, one statement after another, in one pass. A semicolon in parentheses (CREATE RULE)
/// or in BEGIN ATOMIC ... END ends none.
class statement_cursor {
public:
    statement_cursor(byte_view sql, sql_reading reading, bool remembers = false);

    /// To the first token of the next statement that is not empty.
    bool to_statement();
    bool at_end() const {
        return now_.what == sql_token::kind::end || (now_.is(';') && parentheses_ <= 0 && atomic_ == 0);
    }
    void to_end() {
        while (!at_end()) step();
    }

    byte_view text() const { return sql_; }
    const sql_token& token() const { return now_; }
    const sql_token& ahead() const { return ahead_; }
    std::size_t at() const { return now_.what == sql_token::kind::end ? sql_.size() : now_.begin; }
    bool is(sql_keyword word) const { return now_.is(word); }
    bool is(char symbol) const { return now_.is(symbol); }
    bool ahead_is(sql_keyword word) const { return ahead_.is(word); }
    bool ahead_ends() const { return ahead_.what == sql_token::kind::end || ahead_.is(';'); }
    int parentheses() const { return parentheses_; }

    void step();
    bool take(sql_keyword word) {
        if (!is(word)) return false;
        step();
        return true;
    }

    /// At the end of a statement: what stands in it, if the cursor remembers, with operators and dots byte by
    /// byte as symbols. Of a long one max_remembered, the last of which ends where the statement does.
    static constexpr std::size_t max_remembered = 40;
    std::span<const sql_token> remembered();

    /// After the last statement: no PostgreSQL takes the text.
    bool is_refused() const { return lexer_.ends_open(); }
    /// Statements of the family can begin in so many places, wherever the statements end.
    std::size_t starts() const { return starts_seen_; }
    bool is_lost() const { return lexer_.is_lost(); }

    void look_at_no_more_than(std::size_t tokens) { max_tokens_ = tokens; }
    bool is_too_long() const { return tokens_ > max_tokens_; }

private:
    sql_token pull();
    void see_left_out(std::size_t end);
    void remember_left_out(std::size_t end);
    static void add(std::vector<sql_token>& to, const sql_token& t);

    byte_view sql_;
    sql_lexer lexer_;
    statement_starts starts_;
    std::size_t starts_seen_ = 0;
    std::size_t tokens_ = 0, max_tokens_ = std::numeric_limits<std::size_t>::max();
    bool end_is_fed_ = false;
    bool remembers_;
    sql_token now_, ahead_;
    bool creates_ = false;
    int parentheses_ = 0;
    int atomic_ = 0;
    std::size_t pulled_ = 0;           // what has been cut into tokens
    std::vector<sql_token> left_out_;  // by the lexer, and not stepped over
    std::vector<sql_token> remembered_;
};

}  // namespace pgsidecar
