#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pgsidecar {

/// The keywords that matter where names of prepared statements stand.
enum class sql_keyword : std::uint8_t {
    none,
    abort_,
    all_,
    analyse_,
    analyze_,
    as_,
    atomic_,
    begin_,
    case_,
    commit_,
    copy_,
    create_,
    deallocate_,
    discard_,
    end_,
    execute_,
    explain_,
    fetch_,
    from_,
    global_,
    local_,
    move_,
    prepare_,
    prepared_,
    rollback_,
    stdin_,
    stdout_,
    table_,
    temp_,
    temporary_,
    transaction_,
    uescape_,
    unlogged_,
    verbose_,
};

inline constexpr std::size_t max_keyword_size = 11;

/// What a word of at most max_keyword_size bytes is, in lower case; none: no keyword of these.
sql_keyword keyword_of(std::string_view word);

}  // namespace pgsidecar
