#include "proxy/sql/copy_statement.hpp"

namespace pgsidecar {

bool read_copy_from_stdin(statement_cursor& at) {
    if (!at.take(sql_keyword::copy_)) return false;
    bool from_stdin = false;
    for (; !at.at_end(); at.step())
        from_stdin |= at.parentheses() == 0 && at.is(sql_keyword::from_) &&
                      (at.ahead_is(sql_keyword::stdin_) || at.ahead_is(sql_keyword::stdout_));
    return from_stdin;
}

}  // namespace pgsidecar
