#pragma once

#include "proxy/sql/statement_cursor.hpp"

namespace pgsidecar {

/// Whether the statement that begins here is COPY … FROM STDIN (PostgreSQL: CopyStmt in gram.y, where STDOUT
/// means the same behind FROM). The cursor goes to its end.
bool read_copy_from_stdin(statement_cursor& at);

}  // namespace pgsidecar
