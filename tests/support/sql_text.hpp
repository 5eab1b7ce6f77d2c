#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/backend_builders.hpp"

namespace pgsidecar::test {

/// What the server model does with a query text. A row shows the text that was run and the values that it was
/// given, so that another client's statement cannot pass for one's own.
struct sql_text {
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
        alter,  ///< from now on `altered` is what texts return that have it
        prepare,
        execute,
        deallocate,
        deallocate_all,
    };

    kind does = kind::command;
    std::string tag{};
    std::vector<oid> types{};
    test::columns columns{};
    test::columns altered{};
    std::size_t rows = 1;
    bool writes = false;
    std::string name{};  ///< prepare, execute, deallocate
    std::string text{};  ///< prepare
};
using catalog = std::map<std::string, sql_text, std::less<>>;

/// Transaction commands, "", and every text of `more`.
catalog with_transactions(catalog more);

}  // namespace pgsidecar::test
