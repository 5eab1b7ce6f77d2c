#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

/// What a statement does to the state of its session.
enum class state_verb : std::uint8_t {
    other,
    listen,
    unlisten,
    unlisten_all,
    reset,  ///< RESET, SET ... TO DEFAULT, and what the grammar makes the same of
    reset_all,
    discard_all,
    execute,  ///< what the statement does that is executed
};

struct state_use {
    state_verb verb = state_verb::other;
    std::string name{};   ///< of the channel, the setting (lower case), the statement
    bool local = false;   ///< SET LOCAL
    std::size_t end = 0;  ///< behind its last token, in bytes of the text

    bool resets() const {
        return verb == state_verb::reset || verb == state_verb::reset_all || verb == state_verb::discard_all;
    }
};

/// Whether the text may do anything to it: by its first word, or since more than one statement stands in it.
bool may_change_state(byte_view sql);

/// One for each statement of the text, in order; none if all of them are others, or the text cannot be read.
std::vector<state_use> read_state_uses(byte_view sql, sql_reading reading = {});

}  // namespace pgsidecar
