#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §1: one boundary in flight, messages that take a server for nothing, every way to leave.
namespace pgsidecar::test {
namespace {

const columns one_column{{"?column?", type::int4}};

TEST(Link, NextSegmentWaitsForReadyForQuery) {
    conversation()
        .knows("a", "select 1", {.columns = one_column})
        .client_sends({fe::bind("a"), fe::execute(), fe::sync(), fe::parse("b", "select 2"), fe::describe_statement("b"),
                       fe::flush()})
        .server_gets({fe::parse("", "select 1"), fe::describe_statement(""), fe::bind(""), fe::flush()})
        .server_sends({be::parse_complete(), be::no_parameters(), be::row_description(one_column), be::bind_complete()})
        .client_gets({be::bind_complete()})
        .server_gets({fe::execute(), fe::sync()})
        .server_sends({be::data_row({"1"}), be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::data_row({"1"}), be::command_complete("SELECT 1"), be::ready('I')})
        .server_gets({fe::parse("", "select 2"), fe::describe_statement(""), fe::flush()})
        .server_sends({be::parse_complete(), be::no_parameters(), be::row_description(one_column)})
        .client_gets({be::parse_complete(), be::no_parameters(), be::row_description(one_column)})
        .stays_open()
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
