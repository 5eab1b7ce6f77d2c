#include "proxy/link/server_link.hpp"

#include <gtest/gtest.h>

#include "proxy/statements/text_pool.hpp"

/// One server connection, without a client.
namespace pgsidecar::test {
namespace {

using enum disposition;

class ALink : public testing::Test {
protected:
    std::string sent() {
        std::string out = link.to_server().str();
        link.to_server().clear();
        return out;
    }
    std::string types_sent() {
        std::string out;
        const std::string bytes = sent();
        byte_view rest = bytes;
        while (const auto f = peek_frame(rest)) {
            out += f->type;
            rest.remove_prefix(f->raw.size());
        }
        return out;
    }
    static frame frame_of(byte_view bytes) { return *peek_frame(bytes); }
    statement_ptr a_statement(byte_view sql) {
        return std::make_shared<statement>(texts.intern(sql, {}, sql_reading()));
    }
    void ready(transaction_status status) {
        const request kind = link.head().kind;
        link.complete();
        link.on_ready(status, kind);
    }

    text_pool texts;
    server_link link{pooler_kind::pgbouncer_1_18};
};

constexpr byte_view sync_message("S\0\0\0\4", 5);
constexpr byte_view long_query("Q\0\0\0\x20select", 11);  // its end is still to come

TEST_F(ALink, EveryMessageHasItsReply) {
    link.send_parse("", "select 1", {}, swallow);
    link.send_bind({}, {}, swallow);
    link.send_execute({}, forward);
    link.send_close(target_kind::portal, {}, swallow);
    link.send_describe("", swallow, purpose::birth);
    link.send_sync(forward);
    EXPECT_EQ(link.replies().size(), 6U);
    EXPECT_EQ(types_sent(), "PBECDS");
}

TEST_F(ALink, IsAtRestWhenAllIsAnsweredAndNothingIsOpen) {
    EXPECT_TRUE(link.at_rest());
    link.send_parse("", "select 1", {}, swallow);
    EXPECT_FALSE(link.at_rest());
    link.complete();
    EXPECT_FALSE(link.at_rest()) << "the segment is open";
    link.send_sync(forward);
    EXPECT_FALSE(link.at_rest());
    ready(transaction_status::in_block);
    EXPECT_FALSE(link.at_rest()) << "a block is open";
    link.send_query("COMMIT", forward);
    ready(transaction_status::idle);
    EXPECT_TRUE(link.at_rest());
    link.owe(server_link::debt::sync);
    EXPECT_FALSE(link.at_rest());
}

TEST_F(ALink, IsNotAtRestInTheMiddleOfAMessage) {
    link.forward(frame_of(long_query), request::query);
    ready(transaction_status::idle);
    EXPECT_EQ(link.passing(), 33U - 11U);
    EXPECT_FALSE(link.at_rest());
    link.pass(std::string(22, 'x'));
    EXPECT_TRUE(link.at_rest());
}

TEST_F(ALink, PassesAndSpoilsTheRestOfAMessage) {
    link.forward_start(frame_of(long_query), request::query, 5);
    EXPECT_EQ(link.pass("select"), 6U);
    link.spoil(3);
    const std::string more(30, 'x');
    EXPECT_EQ(link.pass(more), 33U - 5 - 6 - 3) << "and not what is behind it";
    EXPECT_EQ(sent().substr(5), "select" + std::string(3, '\0') + std::string(19, 'x'));
}

TEST_F(ALink, AFailureIsForgivenBehindAnError) {
    link.send_failure(swallow);
    link.owe(server_link::debt::failure);
    EXPECT_TRUE(link.on_error()) << "no Sync is on its way";
    EXPECT_EQ(link.owed(), server_link::debt::sync);
    EXPECT_FALSE(link.settled()) << "a Sync is owed";
    EXPECT_EQ(link.take_debt(), server_link::debt::sync);
    EXPECT_EQ(link.owed(), server_link::debt::nothing);
}

TEST_F(ALink, WhatStandsOnAServerIsUnknownOnTheNext) {
    const statement_ptr s = a_statement("select 1");
    link.place(link.send_parse("", "select 1", {}, swallow), {}, s);
    EXPECT_TRUE(link.standing().sent.find(*s));
    link.complete();
    link.send_sync(forward);
    ready(transaction_status::in_block);
    EXPECT_TRUE(link.standing().sent.find(*s)) << "the server is ours as long as the block is open";
    link.send_query("COMMIT", forward);
    ready(transaction_status::idle);
    EXPECT_FALSE(link.standing().sent.find(*s));
}

TEST(ADirectLink, KeepsWhatStandsOnIt) {
    text_pool texts;
    server_link link(pooler_kind::direct);
    const auto s = std::make_shared<statement>(texts.intern("select 1", {}, sql_reading()));
    link.place(link.send_parse("", "select 1", {}, swallow), {}, s);
    link.complete();
    link.send_sync(forward);
    link.complete();
    link.on_ready(transaction_status::idle, request::sync);
    EXPECT_TRUE(link.standing().sent.find(*s));
}

TEST_F(ALink, AnErrorTakesBackWhatIsNotAnswered) {
    const statement_ptr first = a_statement("select 1"), second = a_statement("select 2");
    link.place(link.send_parse("", "select 1", {}, swallow), {}, first);
    link.complete();
    link.send_bind({}, {}, forward);
    link.place(link.send_parse("", "select 2", {}, swallow), {}, second);
    link.send_sync(forward);
    EXPECT_TRUE(link.standing().sent.find(*second));
    EXPECT_FALSE(link.on_error());
    EXPECT_TRUE(link.standing().sent.find(*first)) << "the server has skipped the second Parse";
    EXPECT_EQ(link.head().kind, request::sync);
}

TEST_F(ALink, AParseThatFailsLeavesItsPlaceEmpty) {
    const statement_ptr first = a_statement("select 1"), second = a_statement("select 2");
    link.place(link.send_parse("", "select 1", {}, swallow), {}, first);
    link.complete();
    link.place(link.send_parse("", "select 2", {}, swallow), {}, second);
    link.send_sync(forward);
    link.on_error();
    EXPECT_FALSE(link.standing().sent.find(*first));
}

TEST_F(ALink, ExecutesOfASegmentAreForgottenWithIt) {
    link.forward_execute(frame_of(byte_view("E\0\0\0\x9\0\0\0\0\0", 10)), statement_effect::undone);
    EXPECT_TRUE(link.would_last());
    link.forward(frame_of(sync_message), request::sync);
    EXPECT_TRUE(link.newest().lasts);
    link.send_bind({}, {}, forward);
    EXPECT_FALSE(link.would_last());
}

TEST_F(ALink, AnExecuteMayBeginItsSegment) {
    link.send_sync(forward);
    ready(transaction_status::in_block);
    link.forward_execute(frame_of(byte_view("E\0\0\0\x9\0\0\0\0\0", 10)), statement_effect::lasting);
    link.forward(frame_of(sync_message), request::sync);
    EXPECT_TRUE(link.newest().lasts);
    EXPECT_FALSE(link.may_be_overlapped()) << "it may end the block";
}

TEST_F(ALink, SegmentsOverlapInABlockOnly) {
    link.send_bind({}, {}, forward);
    link.send_sync(forward);
    EXPECT_FALSE(link.may_be_overlapped()) << "pgBouncer 1.18 gives the server away";
    link.complete();
    ready(transaction_status::in_block);
    link.send_bind({}, {}, forward);
    link.send_sync(forward);
    EXPECT_TRUE(link.may_be_overlapped());
    link.send_bind({}, {}, forward);
    EXPECT_TRUE(link.newest().overlaps);
    link.send_sync(swallow);
    EXPECT_FALSE(link.may_be_overlapped()) << "behind a Sync of ours the client waits";
}

TEST_F(ALink, ACopyEatsTheSyncBehindItsExecute) {
    link.send_execute({}, forward);
    link.send_sync(forward);
    link.on_copy_in_response();
    EXPECT_TRUE(link.copies_in());
    EXPECT_TRUE(link.current().is_open());
    EXPECT_EQ(link.replies().size(), 1U);
    EXPECT_TRUE(link.settled()) << "the data may come";
}

TEST_F(ALink, SettlesByAFlushOnce) {
    link.send_parse("", "select 1", {}, swallow);
    sent();
    EXPECT_FALSE(link.settled());
    EXPECT_EQ(types_sent(), "H");
    EXPECT_FALSE(link.settled());
    EXPECT_EQ(types_sent(), "");
    link.complete();
    EXPECT_TRUE(link.settled());
}

TEST_F(ALink, ANameOfOursThatTheClientUsesIsForgotten) {
    const statement_ptr s = a_statement("select 1");
    const server_place where = link.next_name();
    link.place(link.send_parse(where.name(), "select 1", {}, swallow), where, s);
    link.complete();
    EXPECT_TRUE(link.standing().sent.find(*s));
    link.free_name(where.name(), true);
    EXPECT_FALSE(link.standing().sent.find(*s));
    EXPECT_EQ(link.replies().size(), 2U) << "closed, and parsed as an empty one";
}

TEST_F(ALink, AVerdictIsAwaitedUntilTheBindIsAnswered) {
    link.send_describe("", swallow, purpose::shape_check);
    link.send_bind({}, {}, forward);
    EXPECT_TRUE(link.awaits_verdict());
    link.behind_head().shape_changed = true;
    link.complete();
    EXPECT_TRUE(link.awaits_verdict()) << "the Bind is answered by an error of its own, or not at all";
    link.discard_to_boundary();
    EXPECT_FALSE(link.awaits_verdict());
}

}  // namespace
}  // namespace pgsidecar::test
