#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "proxy/link/reply_queue.hpp"
#include "proxy/session/session_counters.hpp"
#include "proxy/statements/name_history.hpp"
#include "proxy/statements/statement.hpp"

namespace pgsidecar {

/// What a session counts and measures. Nothing that is said to either peer depends on it.
class session_statistics {
public:
    /// `names` of its pool, if they are kept.
    explicit session_statistics(std::shared_ptr<name_history> names) : names_(std::move(names)) {}

    session_counters counters;

    /// A message that names the statement. To the unnamed one they go as they are.
    void rewrites(rewritten what, byte_view statement_name);
    /// The client parses a statement under a name that it does not have.
    void parses(const statement_ptr& s, byte_view name);
    /// The first use in a transaction that has not parsed it is one for which the pooler alone could have
    /// lent a server without it.
    void uses(statement& s);
    static void calls(const statement& s);
    void reparses(const statement& s);
    void provokes(replacement why);
    /// The time of an Execute belongs to the statement that was bound last: from when it was sent, or the one
    /// before it was answered; `now` in nanoseconds, as they are.
    void measure(const expected_reply& answered, std::uint64_t now) {
        if (answered.kind == request::bind) begin_running(answered.note.subject);
        if (answered.kind == request::execute) end_running(answered.sent_at, now);
    }
    /// A statement that is parsed in this transaction.
    void begins(statement& s) { s.seen_in = this_transaction(); }

private:
    void begin_running(const statement_ptr& s);
    void end_running(std::uint64_t sent_at, std::uint64_t now);
    std::uint32_t this_transaction() const { return static_cast<std::uint32_t>(counters.transactions + 1); }

    std::shared_ptr<name_history> names_;
    statement_usage_ptr running_;    // of the statement that was bound last
    std::uint64_t answered_at_ = 0;  // the last Execute
};

}  // namespace pgsidecar
