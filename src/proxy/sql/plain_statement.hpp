#pragma once

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

/// Whether a text leaves nothing behind when it is executed and its client is then told to run it again: it
/// reads, and calls nothing but PostgreSQL's own functions and operators that have no effect (semantics §4).
///
/// Plain are SHOW, and SELECT, VALUES and TABLE with whatever the grammar of PostgreSQL 15 allows in them,
/// but INTO, a CTE that writes, TABLESAMPLE, and functions and operators that are not in plain_functions.inc
/// and plain_operators.inc or are of another schema than pg_catalog. FOR UPDATE is plain: its locks end with
/// the transaction, and fire no trigger. So is a cast to any type, whose function a text does not name.
///
/// It goes by names, as the server resolves them with a search path that has pg_catalog in front. What no
/// text shows is not seen: a function behind a view, a rule, a policy, a cast or a column notation, and an
/// overload or a type's operator that has a built-in name and writes.
///
/// Not plain are texts that the grammar refuses and those that are not parsed (text_to_parse).
bool is_plain(byte_view sql, sql_reading reading = {});

}  // namespace pgsidecar
