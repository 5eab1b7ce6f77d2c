#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "proxy/session/statement_effect.hpp"

namespace pgsidecar {

enum class sql_verb { other, prepare, execute, deallocate, deallocate_all };

/// What one statement of a text does with prepared statements (semantics §7).
struct sql_use {
    sql_verb verb = sql_verb::other;
    std::string name{};
    /// PREPARE: the text behind AS, with a blank for every character in front of it, so that error positions
    /// stay those of the whole text; without, if that is far behind the start of the whole text.
    std::string text{};
    std::vector<std::string> declared_types{};  ///< PREPARE: as written
    std::size_t arguments = 0;                  ///< EXECUTE: how many are given
    bool runs_any = false;                      ///< a plain EXECUTE, which runs utility statements too
    bool exits_block = false;                   ///< works in a failed block, and ends it
};
using sql_uses_ptr = std::shared_ptr<const std::vector<sql_use>>;

/// What the proxy needs to know of a text before it is sent.
struct sql_facts {
    sql_uses_ptr uses;  ///< one a statement; null where no statement has to do with prepared ones
    bool exits_block =
        false;  ///< COMMIT, END, ROLLBACK [TO], ABORT, PREPARE TRANSACTION: works in a failed block
    statement_effect effect_at_most = statement_effect::lasting;  ///< by its first word
    bool shape_varies = false;  ///< FETCH, MOVE, EXECUTE: PostgreSQL does not hold it to its first row shape
};

/// Reads a text with PostgreSQL's own scanner (libpg_query), and only where a cheap look says that there may
/// be something to find. Texts that PostgreSQL's scanner refuses have no facts.
sql_facts read_sql_facts(const std::string& sql);

/// n of the highest $n in the text; nothing where the scanner refuses it or it is too long.
std::optional<std::size_t> highest_parameter(const std::string& sql);

/// Whether a text, of which only the start is known, begins with PREPARE, EXECUTE or DEALLOCATE.
bool begins_with_named_statement(byte_view start);

/// A utility statement that neither returns rows nor has parameters but those that its Parse declares
/// (PostgreSQL: UtilityReturnsTuples in utility.c, transformStmt in analyze.c). For texts that the server has
/// taken.
bool is_utility_without_rows(byte_view sql);

/// Only the first of them, for a Query, whose text is not kept.
sql_uses_ptr read_sql_uses(byte_view sql);

}  // namespace pgsidecar
