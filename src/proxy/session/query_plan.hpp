#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "proxy/sql/sql_uses.hpp"
#include "proxy/sql/state_uses.hpp"

namespace pgsidecar {

/// The statements of one Query or Execute: whose each CommandComplete is, what follows from it, and where in
/// the text something of ours stands. A text without any of it needs none.
class query_plan {
public:
    query_plan() = default;
    /// Of one statement.
    explicit query_plan(state_use only) { add(std::move(only)); }

    /// The next statement of the client's.
    void add(state_use use) { steps_.push_back({.state = std::move(use)}); }
    /// So many statements of ours are next; `size` characters in front of character `at` of the client's
    /// text.
    void add_ours(std::size_t statements, std::size_t at, std::size_t size) {
        steps_.resize(steps_.size() + statements, {.ours = true});
        pieces_.push_back({at, size});
    }
    /// What the client's statements do with prepared ones.
    void set_uses(sql_uses_ptr uses) { uses_ = std::move(uses); }

    bool has_ours() const { return !pieces_.empty(); }

    /// What a CommandComplete means.
    struct completed {
        bool is_clients = true;
        const state_use* state = nullptr;
        const sql_use* use = nullptr;
    };
    completed complete() {
        completed out;
        if (steps_done_ < steps_.size()) {
            const step& done = steps_[steps_done_++];
            if (done.ours) return {.is_clients = false};
            out.state = &done.state;
        }
        const std::uint32_t statement = commands_completed_++;
        if (!uses_ || uses_done_ == uses_->list.size()) return out;
        const sql_use& next = uses_->list[uses_done_];
        if (next.statement != statement) return out;
        ++uses_done_;
        out.use = &next;
        return out;
    }

    /// Where in the client's text the character stands, counted from 1 as in errors.
    std::size_t position_of_client(std::size_t position) const {
        std::size_t ours = 0;
        for (const piece& p : pieces_)
            if (position > p.at + ours) ours += std::min(p.size, position - p.at - ours);
        return position - ours;
    }

private:
    struct step {
        state_use state{};
        bool ours = false;  ///< the client does not see that it is completed
    };
    struct piece {
        std::size_t at;    ///< in front of this character of the client's text
        std::size_t size;  ///< in characters
    };

    std::vector<step> steps_;  // empty: the client's, which leave the session's state as it is
    std::vector<piece> pieces_;
    sql_uses_ptr uses_;  // null: none
    std::size_t steps_done_ = 0;
    std::uint32_t commands_completed_ = 0;  // of the client's
    std::uint32_t uses_done_ = 0;           // by them
};

}  // namespace pgsidecar
