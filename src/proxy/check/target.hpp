#pragma once

#include <string>

#include "proxy/check/connection.hpp"
#include "proxy/config/settings.hpp"

namespace pgsidecar::check {

/// What is to be checked.
struct target {
    parameters for_libpq;
    config::settings for_sidecar;      ///< of a sidecar in front of it
    std::string shown;                 ///< without its password
    std::vector<std::string> remarks;  ///< where libpq cannot do what the URL says
    bool local = false;                ///< reached without a network: loopback or Unix sockets only
};

/// std::invalid_argument if the text is no URL or connection string with a host, or names what a sidecar
/// cannot do.
target read_target(const std::string& text);

/// The same place through a sidecar on loopback.
parameters through(const parameters& to, std::uint16_t sidecar_port);

}  // namespace pgsidecar::check
