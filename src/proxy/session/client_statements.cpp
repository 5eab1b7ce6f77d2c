#include "proxy/session/client_statements.hpp"

#include "protocol/names.hpp"
#include "proxy/sql/sql_facts.hpp"

namespace pgsidecar {

void client_statements::binds(byte_view portal, const statement_ptr& s) {
    if (s->text && s->text->facts().uses)
        portals_.insert_or_assign(std::string(statement_key(portal)), s);
    else
        forget_portal(portal);
}

void client_statements::forget_portal(byte_view portal) {
    if (portals_.empty()) return;
    const auto found = portals_.find(statement_key(portal));
    if (found != portals_.end()) portals_.erase(found);
}

statement_ptr client_statements::bound_to(byte_view portal) const {
    if (portals_.empty()) return nullptr;
    const auto found = portals_.find(statement_key(portal));
    return found == portals_.end() ? nullptr : found->second;
}

replacement client_statements::no_room(std::size_t statements, std::size_t memory) const {
    if (table_.named() + statements > limits_.max_statements) return replacement::too_many_statements;
    const std::size_t held = table_.memory() + portals_.size() * memory_of_a_portal;
    const bool fits = held + memory <= limits_.max_statement_memory &&
                      texts_.memory() + memory <= limits_.max_worker_statement_memory;
    return fits ? replacement::none : replacement::too_much_memory;
}

}  // namespace pgsidecar
