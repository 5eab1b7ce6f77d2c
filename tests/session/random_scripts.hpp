#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/sql.hpp"
#include "proxy/session/session_options.hpp"

/// Scripts of a client that is not wise, for the model of a server, each the same at every call.
namespace pgsidecar::test {

using random_script = std::vector<std::string>;  // one or more whole messages each

/// What the scripts may say.
const model::catalog& random_texts();

enum class script_kind {
    messages,
    pipelines,  ///< two statements that are known, and many short segments that use them
};

/// A script, how it is played, and with which options.
struct random_case {
    random_case(script_kind kind, unsigned number);

    /// What the client does behind the script.
    enum class leaving {
        ends,  ///< a Sync and a ROLLBACK, which leave nothing open
        closes,
        terminates,
    };

    std::string bytes() const;

    random_script script;
    unsigned seed;
    std::size_t piece;  ///< bytes of the client and of the server that are fed at a time; 0: a message
    session_options options;
    leaving leaves = leaving::ends;
};

}  // namespace pgsidecar::test
