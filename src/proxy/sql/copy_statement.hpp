#pragma once

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

/// Whether the text is one COPY … FROM STDIN and nothing else (PostgreSQL: CopyStmt in gram.y, where STDOUT
/// means the same behind FROM).
bool is_copy_from_stdin(byte_view sql, sql_reading reading = {});

}  // namespace pgsidecar
