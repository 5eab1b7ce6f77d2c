#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgsidecar::fuzz {

/// The few statements that the model of a server knows.
enum class verb {
    empty,             ///< ""
    select_one,        ///< select 1
    select_parameter,  ///< select $1
    select_changing,   ///< select * from changing: its row shape is another after each "alter"
    insert,            ///< insert into t values ($1, $2)
    alter,             ///< alter table changing add c int
    begin,
    commit,
    rollback,
    fails,          ///< select 1/0: a row, then an error
    missing_table,  ///< select * from missing
    copy_in,        ///< copy t from stdin
    copy_out,       ///< copy t to stdout
    prepare,
    execute,
    deallocate,
    deallocate_all,
    probe,    ///< SELECT $1::text, ...
    foreign,  ///< select 'foreign': what another client has left on the server
};

struct sql {
    verb what = verb::empty;
    std::string name{};              ///< of prepare, execute, deallocate
    std::string body{};              ///< of prepare
    std::size_t declared_types = 0;  ///< of prepare and probe
    std::size_t arguments = 0;       ///< of execute
};

/// The statements of a text; nothing where the grammar refuses it.
std::optional<std::vector<sql>> parse_sql(std::string_view text);

bool exits_block(const sql& s);
std::size_t parameters_used(const sql& s);

}  // namespace pgsidecar::fuzz
