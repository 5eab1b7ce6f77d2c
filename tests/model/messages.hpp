#pragma once

#include "protocol/message_types.hpp"

namespace pgsidecar::model {

inline bool is_copy_message(frontend type) {
    return type == frontend::copy_data || type == frontend::copy_done || type == frontend::copy_fail;
}

/// What a ReadyForQuery answers.
inline bool is_boundary(frontend type) {
    return type == frontend::sync || type == frontend::query || type == frontend::function_call;
}

}  // namespace pgsidecar::model
