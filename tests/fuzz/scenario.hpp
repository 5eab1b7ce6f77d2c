#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/support/input.hpp"
#include "model/sql.hpp"

namespace pgsidecar::fuzz {

/// What a client sends, message by message, and how it leaves.
struct scenario {
    std::vector<std::string> messages;
    bool terminates = false;  ///< else its socket closes
    std::uint32_t seed = 0;   ///< of the schedule
};

/// The texts that scenarios are made of, beside PREPARE, EXECUTE and DEALLOCATE.
const model::catalog& scenario_texts();

/// Bytes choose among messages that a driver, or a hostile client, might send.
scenario read_scenario(input& in);

}  // namespace pgsidecar::fuzz
