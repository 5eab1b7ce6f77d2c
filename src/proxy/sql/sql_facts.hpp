#pragma once

#include <vector>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"
#include "proxy/sql/sql_uses.hpp"
#include "proxy/sql/state_uses.hpp"
#include "proxy/sql/statement_effect.hpp"

namespace pgsidecar {

/// All that is asked of a text before it is sent. A text is read once, for all of it.
struct sql_facts {
    sql_uses_ptr uses{};             ///< null: the text has nothing to do with prepared statements
    std::vector<state_use> state{};  ///< one for each statement, in order; none: all of them are others
    statement_effect effect_at_most = statement_effect::lasting;  ///< by its first word
    /// Its first statement: COMMIT, END, ROLLBACK [TO], ABORT, PREPARE TRANSACTION. Works in a failed block.
    bool exits_block = false;
    /// Its first statement: FETCH, MOVE, EXECUTE. PostgreSQL does not hold it to its first row shape.
    bool shape_varies = false;
    bool copies_from_stdin = false;  ///< it is one COPY FROM STDIN, and nothing else
};

/// Of the text of a Parse: its first statement, as far as needed, since PostgreSQL refuses a Parse of
/// several.
sql_facts read_sql_facts(byte_view sql, sql_reading reading = {});

/// Of the text of a Query, which may have many statements: `uses`, `state` and `copies_from_stdin`. Nothing
/// of them where PostgreSQL refuses the text in any case, since it ends inside a literal. Most texts have
/// none of the words, which is seen at the cost of a look at each byte.
sql_facts read_query_facts(byte_view sql, sql_reading reading = {});

}  // namespace pgsidecar
