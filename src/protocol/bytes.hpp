#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pgsidecar {

/// Bytes of the wire. Names and texts of the protocol are views of the same bytes, so one type serves both.
using byte_view = std::string_view;

using oid = std::uint32_t;

/// Object IDs of pg_type that the proxy itself speaks of (src/include/catalog/pg_type.dat).
inline constexpr oid text_oid = 25;

}  // namespace pgsidecar
