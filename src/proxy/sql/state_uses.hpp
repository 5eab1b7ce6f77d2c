#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_lexer.hpp"

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

/// Of a statement that has as many tokens as statement_cursor::remembered() says, which is one at least.
state_use read_state_use(byte_view sql, std::span<const sql_token> statement);

}  // namespace pgsidecar
