#include "model/server.hpp"

/// Which columns a command returns, and who may still believe in others.
namespace pgsidecar::model {

columns server::shape_of(const sql_command& c) const {
    if (c.is(sql_command::kind::execute)) {
        const auto* named = statements_.find_own(c.name);
        return named != nullptr ? named->shape : columns{};
    }
    columns out = database_.alters % 2 == 1 && !c.altered.empty() ? c.altered : c.columns;
    if (c.grows) out.insert(out.end(), database_.alters, c.columns.back());
    return out;
}

/// Parse and Bind of an EXECUTE look at its statement, whosever that is.
void server::note_use_of_shape(const sql_command& c) {
    if (c.is(sql_command::kind::execute)) statements_.find(c.name);
}

/// What EXECUTE returns is not looked at again.
bool server::is_stale(const prepared_statement& s) const {
    return !s.command.is(sql_command::kind::execute) && !same_shape(s.shape, shape_of(s.command));
}

bool server::knows_stale_statement() const {
    return statements_.any_of([this](const prepared_statement& s) { return is_stale(s); });
}

void server::revalidate(const prepared_statement& s) {
    if (!is_stale(s)) return;
    if (s.undescribed) beyond_contract_ = true;
    throw failure{"0A000", "cached plan must not change result type", "RevalidateCachedQuery", "plancache.c"};
}

/// Of an EXECUTE whose statement has changed its shape the server shows the first one, the proxy the newest.
void server::note_stale_execute(const sql_command& c) {
    if (!c.is(sql_command::kind::execute)) return;
    const auto* named = statements_.find_own(c.name);
    const bool nested = named != nullptr && named->command.is(sql_command::kind::execute);
    if (nested || knows_stale_statement()) beyond_contract_ = true;
}

}  // namespace pgsidecar::model
