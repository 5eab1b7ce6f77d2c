#pragma once

#include "fuzz/scenario.hpp"
#include "proxy/session/session_options.hpp"

namespace pgsidecar::fuzz {

/// How the bytes of client and server meet in the proxy.
enum class schedule {
    in_turn,    ///< the client waits for the answers to each message before it sends the next
    at_once,    ///< the client writes everything before it reads
    at_random,  ///< bytes are cut anywhere, and come whenever
};

/// Plays the scenario on a server of the client's own, and through the proxy and a pooler: the client reads
/// the same, and the pooler is left as it was. A client that is refused another statement (53400) may read
/// other things. Ends the program where that does not hold.
void play(const scenario& s, const session_options& options, schedule how);

/// The client does nothing that the proxy declares to answer otherwise.
bool within_contract(const scenario& s);

/// It has an ALTER.
bool changes_shapes(const scenario& s);

}  // namespace pgsidecar::fuzz
