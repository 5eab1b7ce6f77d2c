#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/backend_builders.hpp"

namespace pgsidecar::model {

using test::columns;

/// As PostgreSQL compares them: names and types, not tables and formats.
bool same_shape(const columns& a, const columns& b);

/// One SQL command, and what the server does with it. A row shows the text that was run and the values that
/// it was given, so that another client's statement cannot pass for one's own.
struct sql_command {
    enum class kind {
        rows,
        command,
        empty,
        begin,
        commit,
        rollback,
        copy_in,
        copy_out,
        fails_at_parse,
        fails_at_execute,
        alter,  ///< from now on, other columns are those of all commands that have `altered` or `grow`
        prepare,
        execute,
        deallocate,
        deallocate_all,
    };

    kind does = kind::command;
    std::string tag{};
    std::vector<oid> types{};  ///< of the parameters, where Parse declares no others
    model::columns columns{};
    model::columns altered{};  ///< the columns after an odd number of ALTERs
    bool grows = false;        ///< each ALTER puts one more column behind the last
    std::size_t rows = 1;
    bool writes = false;

    std::string text{};                    ///< its own
    std::string name{};                    ///< of prepare, execute, deallocate
    std::string prepared{};                ///< of prepare: what is prepared
    std::vector<oid> declared_types{};     ///< of prepare
    std::vector<std::string> arguments{};  ///< of execute

    bool is(kind k) const { return does == k; }
    bool exits_block() const { return is(kind::commit) || is(kind::rollback); }
};

/// The commands that a server knows, each by its text, beside PREPARE, EXECUTE and DEALLOCATE.
using catalog = std::map<std::string, sql_command, std::less<>>;

/// Transaction commands, "", and every text of `more`.
catalog with_transactions(catalog more);

/// The commands of a text, without those that are empty; nothing where the grammar refuses it.
std::optional<std::vector<sql_command>> parse_sql(const catalog& known, byte_view text);

}  // namespace pgsidecar::model
