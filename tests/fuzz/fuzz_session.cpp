#include "fuzz/raw_session.hpp"
#include "fuzz/session_play.hpp"
#include "fuzz/support/input.hpp"

/// The engine between a client and a pooler: with both of them well-formed and a model of the server to
/// compare with, or with any bytes from both sides.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    input in(data, size);
    if (in.below(4) == 0) {
        play_raw(in);
        return 0;
    }
    const scenario s = read_scenario(in);
    if (!within_contract(s)) return 0;
    for (const schedule how : {schedule::in_turn, schedule::at_once, schedule::at_random}) play(s, {}, how);
    return 0;
}
