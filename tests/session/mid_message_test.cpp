#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// A word of our own never stands in the middle of a message that passes in pieces.
namespace pgsidecar::test {
namespace {

const std::string row = be::data_row({std::string(100'000, 'x')});
const std::string begun = row.substr(0, 50'000);
const std::string rest = row.substr(50'000);
const std::string going_down = be::fatal("57P01", "terminating connection due to administrator command");

conversation in_the_middle_of_a_row() {
    conversation c;
    c.client_sends({fe::query("select x")})
        .server_gets({fe::query("select x")})
        .server_sends({begun})
        .client_gets({begun});
    return c;
}

TEST(MidMessage, ShutDownWaitsForItsEnd) {
    in_the_middle_of_a_row()
        .shut_down()
        .client_gets({})
        .server_sends({rest})
        .client_gets({rest, going_down})
        .server_sends({be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({})
        .server_gets({fe::terminate()})
        .ends()
        .check_in_pieces({0, 1'000, 4'999});
}

TEST(MidMessage, LostServerSaysNothing) {
    in_the_middle_of_a_row().server_closes("lost").client_gets({}).ends().check_in_pieces({0, 1'000, 4'999});
}

}  // namespace
}  // namespace pgsidecar::test
