#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/sql/sql_lexer.hpp"

namespace pgsidecar {

/// Where in a text a statement begins that may name a prepared one: EXECUTE, PREPARE, DEALLOCATE or DISCARD
/// at the start of a statement, and EXECUTE in EXPLAIN EXECUTE and CREATE TABLE ... AS EXECUTE. No grammar of
/// PostgreSQL takes one elsewhere. Every semicolon counts as the end of a statement, so that none is missed.
class statement_starts {
public:
    /// Takes the next token: whether it is such a word.
    bool names_statement(const sql_token& t);

private:
    enum class part : std::uint8_t { start, explain, create, create_table, behind_as, rest };

    void on_symbol(char symbol);
    bool on_word(const sql_token& t);

    part part_ = part::start;
    std::size_t parentheses_ = 0;
};

}  // namespace pgsidecar
