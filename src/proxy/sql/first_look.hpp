#pragma once

#include "protocol/bytes.hpp"
#include "proxy/sql/statement_effect.hpp"

/// What is seen of a text at the cost of a look at its bytes. It may say too much, never too little.
namespace pgsidecar {

/// EXECUTE, PREPARE, DEALLOCATE or DISCARD stands somewhere in it.
bool mentions_prepared_statements(byte_view sql);

/// Its first statement has facts of its own (sql_facts): by its first word, or since an EXECUTE may be in it.
bool begins_notably(byte_view sql);

/// It may do anything to the session's state (state_use): by its first word, or since more than one statement
/// stands in it.
bool may_change_state(byte_view sql);

/// It begins with COPY, or with what may stand in front of it, and has STDIN or STDOUT as well.
bool may_copy_from_stdin(byte_view sql);

/// By its first word: PostgreSQL's optimizable statements cannot end their transaction.
statement_effect effect_by_first_word(byte_view sql);

/// A utility statement that neither returns rows nor has parameters but those that its Parse declares
/// (PostgreSQL: UtilityReturnsTuples in utility.c, transformStmt in analyze.c). For texts that the server has
/// taken.
bool is_utility_without_rows(byte_view sql);

}  // namespace pgsidecar
