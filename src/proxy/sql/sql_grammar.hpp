#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"
#include "proxy/sql/sql_tree.hpp"

/// PostgreSQL's own grammar, from libpg_query: the only place that knows that library.
namespace pgsidecar {

/// Nothing where the grammar refuses the text or it is not parsed (text_to_parse).
std::optional<sql_tree> parse_sql(byte_view sql, sql_reading reading = {});

/// The name that U&"..." with its UESCAPE stands for, folded and cut as PostgreSQL does; nothing where its
/// grammar takes no such name.
std::optional<std::string> unicode_name(std::string_view written);

}  // namespace pgsidecar
