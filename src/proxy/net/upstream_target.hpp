#pragma once

#include <memory>
#include <string>

#include "proxy/net/endpoints.hpp"

namespace pgsidecar::net {

/// Where an upstream connection leads, and how.
struct upstream_target {  // NOLINT(bugprone-exception-escape): endpoint's move is not marked
    endpoint where;
    std::string host;  ///< that `where` is an address of
    bool encrypted = false;

    bool operator==(const upstream_target&) const = default;
};

using upstream_target_ptr = std::shared_ptr<const upstream_target>;

}  // namespace pgsidecar::net
