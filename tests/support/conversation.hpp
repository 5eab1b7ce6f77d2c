#pragma once

#include <cstddef>
#include <functional>
#include <source_location>
#include <string>
#include <vector>

#include "proxy/session/session.hpp"
#include "support/backend_builders.hpp"
#include "support/frontend_builders.hpp"
#include "support/session_driver.hpp"

namespace pgsidecar::test {

/// What the server says of a statement when its client parses it.
struct birth {
    std::vector<oid> types{};  ///< of its parameters, declared by the client as well
    test::columns columns{};
};

/// A script of what the two peers of a session send and get, in order. check() plays it whole, then with all
/// bytes cut into pieces of 1, 2, 3 ... bytes, and compares every byte on both wires: a step `..._gets` is
/// all that has been sent there since the last one. At the end nothing is expected, nothing unsent, no byte
/// left.
class conversation {
public:
    using messages = std::vector<std::string>;
    using location = std::source_location;

    conversation& options(const session_options& o);
    conversation& pooler(pooler_kind what);
    conversation& result_shape_check(shape_check how);
    conversation& max_statement_size(std::size_t bytes);
    conversation& max_statements(std::size_t count);
    conversation& max_statement_memory(std::size_t bytes);
    /// A setting of the client's StartupMessage, which the pooler has reported, with the spelling that it
    /// gives.
    conversation& starts_up_with(byte_view name, byte_view value);
    conversation& server_encoding(byte_view value);

    /// The client has parsed a statement under this name, by Parse and Sync.
    conversation& knows(std::string name, std::string sql, birth b = {}, location at = location::current());

    /// The server is in a block: by Query BEGIN; by one that fails behind it.
    conversation& in_block(location at = location::current());
    conversation& in_failed_block(location at = location::current());

    conversation& client_sends(messages m, location at = location::current());
    conversation& server_gets(messages m, location at = location::current());
    conversation& server_sends(messages m, location at = location::current());
    conversation& client_gets(messages m, location at = location::current());
    conversation& client_closes(location at = location::current());
    conversation& server_closes(std::string why, location at = location::current());
    conversation& shut_down(location at = location::current());

    /// What the client sends arrives as it is, and so does the answer.
    conversation& passes(messages sent, messages answer, location at = location::current());

    /// Both connections are to be closed.
    conversation& ends(location at = location::current());

    /// The last step leaves a segment or block open: do not ask for an idle session at the end.
    conversation& stays_open();

    void check(location at = location::current()) const;

    /// The same with other cuts, for long messages; 0 = whole.
    void check_in_pieces(const std::vector<std::size_t>& sizes, location at = location::current()) const;

private:
    class player;
    struct step {
        std::function<void(player&)> play;
        location at;
    };

    conversation& then(std::function<void(player&)> play, location at);
    bool plays(std::size_t piece, const location& end) const;

    session_options options_;
    startup_values start_up_;
    std::vector<step> steps_;
    bool stays_open_ = false;
};

}  // namespace pgsidecar::test
