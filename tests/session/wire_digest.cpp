#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "session/random_scripts.hpp"
#include "support/model_play.hpp"

/// wire_digest [SCRIPTS]: one number for every byte that sessions send in so many random scripts of each kind
/// (20,000), when they send it, and what they count. A change that is to change nothing shows the number of
/// before.
namespace pgsidecar::test {
namespace {

/// FNV-1a.
class digest {
public:
    void add(byte_view bytes) {
        for (const char c : bytes) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    void add(std::uint64_t number) { add(std::to_string(number) + ";"); }
    std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325;
};

template <class Kind, std::size_t N>
void add(digest& d, const tally<Kind, N>& t) {
    for (std::size_t i = 0; i < N; ++i) d.add(t[static_cast<Kind>(i)]);
}

void add(digest& d, const session_counters& c) {
    for (const std::uint64_t number : {c.transactions, c.parses, c.reparses, c.queries, c.executes,
                                       c.shape_mismatches, c.protocol_violations})
        d.add(number);
    add(d, c.rewritten_messages);
    add(d, c.provoked_failures);
    add(d, c.errors_avoided);
}

std::uint64_t digest_of(unsigned scripts) {
    digest out;
    for (const script_kind kind : {script_kind::messages, script_kind::pipelines})
        for (unsigned number = 0; number < scripts; ++number) {
            const random_case c(kind, number);
            model_play play(random_texts(), c.piece, c.seed, c.options);
            play.client_sends(c.bytes());
            if (c.leaves != random_case::leaving::ends) play.client_closes();
            play.settle();
            out.add(play.wire());
            add(out, play.proxy().counters());
        }
    return out.value();
}

}  // namespace
}  // namespace pgsidecar::test

int main(int argc, char** argv) {
    unsigned scripts = 20'000;
    if (argc > 1) {
        const std::string asked = argv[1];
        if (std::from_chars(asked.data(), asked.data() + asked.size(), scripts).ec != std::errc()) {
            std::cerr << "usage: wire_digest [SCRIPTS]\n";
            return EXIT_FAILURE;
        }
    }
    std::cout << std::hex << pgsidecar::test::digest_of(scripts) << "\n";
}
