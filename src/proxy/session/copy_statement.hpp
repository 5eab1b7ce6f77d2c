#pragma once

#include <string_view>

namespace pgsidecar {

/// Whether the text is one COPY … FROM STDIN and nothing else (PostgreSQL: CopyStmt in gram.y, where STDOUT
/// means the same behind FROM). No, where the scanner refuses it.
bool is_copy_from_stdin(std::string_view sql);

}  // namespace pgsidecar
