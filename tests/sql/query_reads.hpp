#pragma once

#include <utility>
#include <vector>

#include "proxy/sql/sql_facts.hpp"

/// The facts of a Query, one by one.
namespace pgsidecar {

inline sql_uses_ptr read_sql_uses(byte_view sql, sql_reading reading = {}) {
    return read_query_facts(sql, reading).uses;
}
inline std::vector<state_use> read_state_uses(byte_view sql, sql_reading reading = {}) {
    return read_query_facts(sql, reading).state;
}
inline bool is_copy_from_stdin(byte_view sql, sql_reading reading = {}) {
    return read_query_facts(sql, reading).copies_from_stdin;
}

}  // namespace pgsidecar
