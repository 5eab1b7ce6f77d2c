#pragma once

#include <cstddef>
#include <optional>

#include "proxy/sql/sql_lexer.hpp"
#include "proxy/sql/statement_starts.hpp"

namespace pgsidecar {

/// Looks at a text that passes in pieces for a statement that may name a prepared one.
class sql_watch {
public:
    explicit sql_watch(sql_reading reading) : lexer_(reading) {}

    /// Where in the piece the first such word is seen to have ended: at the byte behind it.
    std::optional<std::size_t> feed(byte_view piece) {
        lexer_.feed(piece);
        for (sql_token t; lexer_.next(t);)
            if (starts_.names_statement(t)) return lexer_.at();
        return lexer_.is_lost() ? std::optional(lexer_.at()) : std::nullopt;
    }

private:
    sql_lexer lexer_;
    statement_starts starts_;
};

}  // namespace pgsidecar
