#include "session/random_scripts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/model_play.hpp"
#include "support/notation.hpp"

/// Random scripts on the model of a server: the client reads through a session and a pooler what it reads
/// without them.
namespace pgsidecar::test {
namespace {

std::string listed(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) out += "  " + line + "\n";
    return out;
}

/// What differs; empty when nothing does.
std::string differs(const random_case& c) {
    return difference_to_direct(
        random_texts(), c.bytes(), c.piece, c.seed, c.options,
        c.leaves == random_case::leaving::ends ? client_end::stays : client_end::leaves);
}

/// The same script without what the difference does not need.
random_case shrunk(random_case c) {
    for (std::size_t i = 0; i < c.script.size();) {
        random_case shorter = c;
        shorter.script.erase(shorter.script.begin() + static_cast<std::ptrdiff_t>(i));
        if (differs(shorter).empty()) {
            ++i;
        } else {
            c = std::move(shorter);
            i = 0;
        }
    }
    return c;
}

void play(script_kind kind) {
    const char* asked = std::getenv("PGSIDECAR_RANDOM_SCRIPTS");
    const unsigned count = asked != nullptr ? static_cast<unsigned>(std::stoul(asked)) : 1000;
    unsigned shown = 0;
    for (unsigned seed = 0; seed < count && shown < 3; ++seed) {
        const random_case c(kind, seed);
        if (differs(c).empty()) continue;
        const random_case shorter = shrunk(c);
        ++shown;
        ADD_FAILURE() << "script " << seed << ", in pieces of " << c.piece << ", pooler "
                      << static_cast<int>(c.options.pooler) << ", shape check "
                      << static_cast<int>(c.options.result_shape) << ", statements "
                      << c.options.max_statements << ", leaving " << static_cast<int>(c.leaves) << ":\n"
                      << listed(frontend_notation(shorter.bytes())) << differs(shorter);
    }
}

TEST(RandomScripts, AreAnsweredAsWithoutTheProxy) { play(script_kind::messages); }

TEST(RandomScripts, SoArePipelinesOfManySegments) { play(script_kind::pipelines); }

}  // namespace
}  // namespace pgsidecar::test
