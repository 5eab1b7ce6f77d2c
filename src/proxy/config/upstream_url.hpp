#pragma once

#include "proxy/config/given.hpp"

namespace pgsidecar::config {

// What a value of upstream.url says of other keys, as if the same source had set them; libpq's defaults are
// not taken over.
given_values expand_upstream_url(const given_value& url);

}  // namespace pgsidecar::config
