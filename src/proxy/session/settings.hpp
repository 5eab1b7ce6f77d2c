#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "protocol/bytes.hpp"
#include "proxy/session/listened_channels.hpp"
#include "proxy/sql/state_uses.hpp"
#include "proxy/startup/startup_values.hpp"
#include "proxy/statements/statement.hpp"

namespace pgsidecar {

/// What a session has besides its statements, as far as a pooler's servers can be made to show it: what RESET
/// goes back to (session-state §3), and who is told of a notification (§9).
///
/// Fed with what has been answered, taken back and ended, it stands as in PostgreSQL.
class settings {
public:
    /// `kept`: false where the server stays the client's, which needs none of it.
    settings(startup_values start_up, bool kept)
        : start_up_(kept ? std::move(start_up) : startup_values()), kept_(kept) {}

    bool are_kept() const { return kept_; }

    /// A portal is bound to the statement: what it does is remembered until its Execute.
    void binds(byte_view portal, const statement& s);
    /// What an Execute of this portal does; null: nothing to the state.
    const state_use* use_of(byte_view portal) const;

    struct position {
        bool is_last = false;   ///< nothing stands behind it that depends on it
        bool may_wait = false;  ///< what it brings can be mended behind the ReadyForQuery
    };
    /// The statements that are to be executed behind it, so that the client goes back to values of its own.
    std::vector<std::string> behind(const state_use& use, position where);

    /// Whether the client hears of it now, from a ParameterStatus, or not yet.
    bool holds(byte_view name, byte_view value) { return start_up_.holds(name, value); }
    /// A server may have been told to listen by anybody that it was lent to.
    bool is_for_client(byte_view notification) const;

    /// It has been done, and is final when its transaction has committed.
    void answered(const state_use& done);
    /// What has been reset is rolled back, but DISCARD ALL, which commits at once.
    void take_back();
    /// The same, by a ROLLBACK without a block.
    void completed(byte_view command_tag) {
        if (since_ready_ == reset::discarded && command_tag.starts_with("ROLLBACK")) take_back();
    }
    void end_transaction() { portals_.clear(); }

    /// The transaction's end is to be shown; `done`: it has not failed. The statements that are to be
    /// executed first; then it is asked again.
    std::vector<std::string> at_ready(bool done);
    /// What the client has still to hear, when that is nothing: calls `show(name, value)`.
    template <class Show>
    void release(Show&& show) {
        start_up_.release(std::forward<Show>(show));
    }

    /// Whether the client is to be warned that its LISTEN does not reach far; once.
    bool takes_warning() {
        const bool due = warning_ == warning::due;
        if (due) warning_ = warning::given;
        return due;
    }

private:
    /// Since the last ReadyForQuery.
    enum class reset : std::uint8_t { none, some, discarded };
    enum class warning : std::uint8_t { none, due, given };

    startup_values start_up_;
    listened_channels channels_;
    std::map<std::string, state_use, std::less<>> portals_;  // those whose text changes the state
    reset since_ready_ = reset::none;
    warning warning_ = warning::none;
    bool kept_;
};

}  // namespace pgsidecar
