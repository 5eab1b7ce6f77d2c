#include "proxy/link/reply_queue.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pgsidecar::test {
namespace {

using enum disposition;

/// The queue is taken apart.
void expect_right_counts(reply_queue& q) {
    const std::size_t boundaries = q.boundaries(), checks = q.shape_checks();
    std::size_t found_boundaries = 0, found_checks = 0;
    for (; !q.empty(); q.pop()) {
        found_boundaries += is_boundary(q.head().kind);
        found_checks += q.head().what == purpose::shape_check;
    }
    EXPECT_EQ(boundaries, found_boundaries);
    EXPECT_EQ(checks, found_checks);
    EXPECT_EQ(q.boundaries(), 0U);
    EXPECT_EQ(q.shape_checks(), 0U);
}

TEST(ReplyQueue, CountsAreThoseOfItsEntries) {
    std::mt19937 random(1);
    for (unsigned steps = 0; steps < 1'000; ++steps) {
        reply_queue q;
        for (unsigned step = 0; step < steps % 60; ++step) switch (random() % 8) {
                case 0: q.expect(request::sync, forward); break;
                case 1: q.expect(request::describe_statement, swallow, purpose::shape_check); break;
                case 2: q.expect(request::bind, forward); break;
                case 3: q.expect(request::query, forward); break;
                case 4: q.discard_to_boundary(); break;
                case 5: q.skip_to_sync(); break;
                case 6: q.drop_eaten_syncs(); break;
                default:
                    if (!q.empty()) q.pop();
            }
        expect_right_counts(q);
    }
}

TEST(ReplyQueue, WhatIsDiscardedMeansNothingAndItsBlockFails) {
    reply_queue q;
    q.expect(request::parse, forward).note.table = table_change::oldest;
    q.expect(request::bind, forward).note.portal = std::make_unique<const std::string>("p");
    q.expect(request::sync, forward);
    q.expect(request::bind, forward);
    EXPECT_EQ(q.discard_to_boundary(), std::vector<std::string>{"p"});
    EXPECT_EQ(q.head().how, discard);
    EXPECT_EQ(q.head().note.table, table_change::none);
    q.pop();
    q.pop();
    EXPECT_EQ(q.head().how, forward);
    EXPECT_TRUE(q.head().fails_block);
    q.pop();
    EXPECT_EQ(q.head().how, forward) << "another segment";
}

TEST(ReplyQueue, TheServerSkipsToTheSync) {
    reply_queue q;
    q.expect(request::bind, forward);
    q.expect(request::execute, forward);
    q.expect(request::sync, forward);
    q.skip_to_sync();
    EXPECT_EQ(q.head().kind, request::sync);
    EXPECT_EQ(q.size(), 1U);
}

TEST(ReplyQueue, EachReplyAnswersItsMessage) {
    EXPECT_TRUE(may_answer(request::execute, backend::data_row));
    EXPECT_FALSE(ends(request::execute, backend::data_row));
    EXPECT_TRUE(ends(request::execute, backend::portal_suspended));
    EXPECT_FALSE(may_answer(request::bind, backend::parse_complete));
    EXPECT_TRUE(ends(request::describe_statement, backend::no_data));
    EXPECT_FALSE(ends(request::describe_statement, backend::parameter_description));
    EXPECT_FALSE(may_answer(request::malformed, backend::close_complete));
}

}  // namespace
}  // namespace pgsidecar::test
