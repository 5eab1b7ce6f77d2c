#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "proxy/link/reply_queue.hpp"
#include "proxy/session/session_options.hpp"
#include "proxy/statements/statement.hpp"
#include "proxy/statements/statement_table.hpp"
#include "proxy/statements/text_pool.hpp"

namespace pgsidecar {

/// The statements that a client believes to have, the birth data that is still to be asked for, and the
/// portals that matter at their Execute.
class client_statements {
public:
    client_statements(const text_pool& texts, const session_options& limits)
        : texts_(texts), limits_(limits) {}

    /// Null if there is none. Good until the table changes.
    const statement_ptr& find(byte_view name) const { return table_.find(name); }
    const statement_table& table() const { return table_; }

    /// It will be so, when what has been sent is answered.
    void sent(table_effect effect) { table_.send(std::move(effect)); }
    /// The oldest that has been sent is so.
    void answered() { table_.answered(); }
    /// An error: what is not answered has not happened.
    void take_back() {
        table_.take_back_unanswered();
        owed_birth_ = nullptr;
    }
    void end_transaction() { portals_.clear(); }
    bool all_answered() const { return table_.all_answered(); }

    /// It is so at once; nothing may be unanswered.
    void apply(table_effect effect) { table_.apply(std::move(effect)); }
    /// As by any Query.
    void forget_unnamed() { apply({table_effect::kind::erase, "", nullptr}); }

    /// Parsed under a name, and not described yet.
    void owe_birth(const statement_ptr& s) { owed_birth_ = s; }
    bool owes_birth() const { return owed_birth_ != nullptr; }
    statement_ptr take_owed_birth() { return std::exchange(owed_birth_, nullptr); }

    /// Only portals whose text uses SQL-level statements are of interest. PostgreSQL compares their names as
    /// those of statements.
    void binds(byte_view portal, const statement_ptr& s);
    void forget_portal(byte_view portal);
    /// Null: of no interest.
    statement_ptr bound_to(byte_view portal) const;
    std::size_t portals() const { return portals_.size(); }

    /// Why the client may not have so many more that take so many bytes more; none if it may.
    replacement no_room(std::size_t statements, std::size_t memory) const;
    replacement no_room_for_statement(std::size_t text_size) const {
        return no_room(1, statement::memory_beside_text + text_size);
    }
    replacement no_room_for_portal() const { return no_room(0, memory_of_a_portal); }

private:
    /// With its name.
    static constexpr std::size_t memory_of_a_portal = 256;

    const text_pool& texts_;
    const session_options& limits_;
    statement_table table_;
    std::map<std::string, statement_ptr, std::less<>> portals_;
    statement_ptr owed_birth_;
};

}  // namespace pgsidecar
