#include "fuzz/raw_session.hpp"
#include "fuzz/read_options.hpp"
#include "fuzz/session_play.hpp"
#include "fuzz/support/input.hpp"

/// The engine between a client and a pooler: with both of them well-formed and a model of the server to
/// compare with, or with any bytes from both sides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar;
    using namespace pgsidecar::fuzz;
    input in(data, size);
    session_options options = read_options(in);
    if (in.below(4) == 0) {
        play_raw(in, options);
        return 0;
    }
    const scenario s = read_scenario(in);
    if (!within_contract(s)) return 0;
    // Only the strict check promises the answers of a server of one's own.
    if (changes_shapes(s)) options.result_shape = shape_check::strict;
    for (const schedule how : {schedule::in_turn, schedule::at_once, schedule::at_random})
        play(s, options, how);
    return 0;
}
