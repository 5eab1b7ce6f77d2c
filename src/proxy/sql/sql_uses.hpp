#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"
#include "proxy/sql/statement_effect.hpp"

namespace pgsidecar {

enum class sql_verb : std::uint8_t { prepare, execute, deallocate, deallocate_all };

/// What stands behind the name in PREPARE.
struct prepared_text {
    /// The text behind AS, with a blank for every character in front of it, so that error positions stay
    /// those of the whole text; without, if that is far behind the start of the whole text.
    std::string text{};
    std::vector<std::string> declared_types{};  ///< as written
};

/// What one statement of a text does with prepared statements (semantics §7).
struct sql_use {
    sql_verb verb;
    bool runs_any = false;        ///< a plain EXECUTE, which runs utility statements too
    std::uint32_t statement = 0;  ///< its number in the text
    std::uint32_t arguments = 0;  ///< EXECUTE: how many are given
    std::string name{};
    std::shared_ptr<const prepared_text> prepares{};  ///< PREPARE
};

/// What the statements of a text do with prepared ones.
struct sql_uses {
    std::vector<sql_use> list{};  ///< of those that have to do with them, in order
    std::uint32_t statements = 0;
    bool begins_with_exit = false;  ///< the first statement works in a failed block, and ends it
    bool known = true;              ///< false: there are some, and which cannot be told,
    bool too_long = false;          ///< since it takes too long to read them
};
using sql_uses_ptr = std::shared_ptr<const sql_uses>;

/// What the proxy needs to know of the text of a Parse before it is sent.
struct sql_facts {
    sql_uses_ptr uses;  ///< null: the text has nothing to do with prepared statements
    bool exits_block =
        false;  ///< COMMIT, END, ROLLBACK [TO], ABORT, PREPARE TRANSACTION: works in a failed block
    statement_effect effect_at_most = statement_effect::lasting;  ///< by its first word
    bool may_change_state = false;                                ///< LISTEN, RESET and the like (state_uses)
    bool shape_varies = false;  ///< FETCH, MOVE, EXECUTE: PostgreSQL does not hold it to its first row shape
};

/// Reads the first statement of a text, as far as needed: PostgreSQL refuses a Parse of several.
sql_facts read_sql_facts(byte_view sql, sql_reading reading = {});

/// For a Query, which may have many statements. Null: none names a prepared one, or PostgreSQL refuses the
/// text in any case, since it ends inside a literal. Most texts have none of the words, which is seen at the
/// cost of a look at each byte.
sql_uses_ptr read_sql_uses(byte_view sql, sql_reading reading = {});

/// A utility statement that neither returns rows nor has parameters but those that its Parse declares
/// (PostgreSQL: UtilityReturnsTuples in utility.c, transformStmt in analyze.c). For texts that the server has
/// taken.
bool is_utility_without_rows(byte_view sql);

/// n of the highest $n in the text; nothing where it ends inside a literal.
std::optional<std::size_t> highest_parameter(byte_view sql, sql_reading reading = {});

}  // namespace pgsidecar
