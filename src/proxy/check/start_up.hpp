#pragma once

#include <cstdint>
#include <string>

#include "protocol/startup_messages.hpp"
#include "proxy/check/patience.hpp"

namespace pgsidecar::check {

/// How a server answers a StartupMessage, up to where it asks for a password.
struct start_up_answer {
    std::string authentication;  ///< "SCRAM-SHA-256", "none"; empty if it did not come to that
    std::string refusal;         ///< empty if there was none
};

/// Asks over plain TCP on loopback, which libpq cannot with parameters of one's own.
start_up_answer start_up(std::uint16_t port, const startup_parameters& parameters, const patience& waits);

}  // namespace pgsidecar::check
