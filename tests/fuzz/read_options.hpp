#pragma once

#include "fuzz/support/input.hpp"
#include "proxy/session/session_options.hpp"

namespace pgsidecar::fuzz {

/// What stands in the last two bytes of an input whose last byte is this: the choices, then the mark. Without
/// it, an input is played with the defaults, so that older inputs mean what they meant.
constexpr char options_mark = 'O';

inline session_options read_options(input& in) {
    session_options out;
    if (!in.ends_with(options_mark)) return out;
    const unsigned choices = static_cast<std::uint8_t>(in.last_bytes(2).front());
    constexpr pooler_kind kinds[] = {pooler_kind::pgbouncer_1_18, pooler_kind::tracks_requests,
                                     pooler_kind::direct, pooler_kind::pgbouncer_1_18};
    constexpr shape_check checks[] = {shape_check::strict, shape_check::optimistic, shape_check::off,
                                      shape_check::strict};
    out.pooler = kinds[choices & 3];
    out.result_shape = checks[choices >> 2 & 3];
    if (const unsigned few = choices >> 4 & 3; few > 0) out.max_statements = few;
    return out;
}

}  // namespace pgsidecar::fuzz
