#include "proxy/sql/sql_facts.hpp"

#include <algorithm>
#include <utility>

#include "proxy/sql/copy_statement.hpp"
#include "proxy/sql/first_look.hpp"
#include "proxy/sql/statement_cursor.hpp"

namespace pgsidecar {
namespace {

/// Tokens of a Parse that are looked at: its name and arguments, or what stands in front of EXECUTE in CREATE
/// TABLE.
constexpr std::size_t max_tokens_of_a_parse = 100'000;

/// Of the whole text, which has been read.
std::vector<state_use> known(std::vector<state_use> state, const statement_cursor& read) {
    const bool others = std::all_of(state.begin(), state.end(),
                                    [](const state_use& u) { return u.verb == state_verb::other; });
    if (others || read.is_refused() || read.is_lost()) state.clear();
    return state;
}

}  // namespace

sql_facts read_sql_facts(byte_view sql, sql_reading reading) {
    sql_facts out;
    out.effect_at_most = effect_by_first_word(sql);
    if (out.effect_at_most == statement_effect::undone) return out;
    const bool notable = begins_notably(sql), state = may_change_state(sql);
    if (!notable && !state) return out;
    statement_cursor at(sql, reading, state);
    at.look_at_no_more_than(max_tokens_of_a_parse);
    if (!at.to_statement()) return out;
    if (notable) {
        uses_reader names(at);
        names.begin_statement();
        names.end_statement(sql.size());
        out.exits_block = names.exits_block();
        out.shape_varies = names.shape_varies();
        out.uses = names.uses();
    }
    if (!state) return out;
    at.to_end();
    out.state.push_back(read_state_use(sql, at.remembered()));
    const bool is_only = !at.to_statement();
    out.state = is_only ? known(std::move(out.state), at) : std::vector<state_use>();
    return out;
}

sql_facts read_query_facts(byte_view sql, sql_reading reading) {
    sql_facts out;
    const bool named = mentions_prepared_statements(sql), state = may_change_state(sql);
    bool copies = may_copy_from_stdin(sql);
    if (!named && !state && !copies) return out;
    statement_cursor at(sql, reading, state);
    uses_reader names(at);
    for (std::size_t statements = 0; (named || state || copies) && at.to_statement(); ++statements) {
        if (named) names.begin_statement();
        if (copies) copies = out.copies_from_stdin = statements == 0 && read_copy_from_stdin(at);
        if (!named && !state && !copies) break;
        at.to_end();
        if (named) names.end_statement(at.at());
        if (state) out.state.push_back(read_state_use(sql, at.remembered()));
    }
    out.copies_from_stdin &= !at.is_refused() && !at.is_lost();
    if (named) out.uses = names.all_uses();
    out.state = known(std::move(out.state), at);
    return out;
}

}  // namespace pgsidecar
