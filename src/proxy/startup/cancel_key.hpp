#pragma once

#include <cstdint>
#include <string>

namespace pgsidecar {

/// What BackendKeyData tells and a CancelRequest repeats.
struct cancel_key {
    std::uint32_t process_id = 0;
    std::string secret_key;  ///< protocol 3.0: four bytes; 3.2: 4 to 256

    auto operator<=>(const cancel_key&) const = default;  // NOLINT(modernize-use-nullptr): its 0 is none
};

}  // namespace pgsidecar
