#include "proxy/net/read_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pgsidecar::net {
namespace {

constexpr std::size_t no_limit = std::size_t{1} << 30;

buffer_pool pool;

/// As a read would: as much of `bytes` as there is room for. Returns how much.
std::size_t read_into(read_buffer& buffer, byte_view bytes) {
    const std::span<char> room = buffer.room();
    const std::size_t n = std::min(room.size(), bytes.size());
    std::copy_n(bytes.data(), n, room.data());
    buffer.commit(n);
    return n;
}

TEST(ReadBuffer, HoldsNothingBeforeTheFirstRead) {
    const read_buffer buffer(pool, no_limit);
    EXPECT_EQ(buffer.capacity(), 0U);
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.view(), "");
}

TEST(ReadBuffer, ViewIsWhatWasReadAndNotConsumed) {
    read_buffer buffer(pool, no_limit);
    read_into(buffer, "abc");
    read_into(buffer, "def");
    EXPECT_EQ(buffer.view(), "abcdef");
    buffer.consume(2);
    EXPECT_EQ(buffer.view(), "cdef");
    buffer.consume(4);
    EXPECT_TRUE(buffer.empty());
}

TEST(ReadBuffer, ViewStaysWhereItIsUntilTheNextRead) {
    read_buffer buffer(pool, no_limit);
    read_into(buffer, "abcdef");
    const byte_view borrowed = buffer.view().substr(3);
    buffer.consume(3);
    EXPECT_EQ(buffer.view().data(), borrowed.data());
}

TEST(ReadBuffer, KeepsWhatIsLeftWhenItMakesRoom) {
    read_buffer buffer(pool, no_limit);
    const std::string bytes = std::string(read_buffer::small_size - 3, 'x') + "end";
    ASSERT_EQ(read_into(buffer, bytes), bytes.size());
    buffer.consume(read_buffer::small_size - 3);
    read_into(buffer, "+more");
    EXPECT_EQ(buffer.view(), "end+more");
}

TEST(ReadBuffer, GrowsWithAMessageThatIsNotWhole) {
    read_buffer buffer(pool, no_limit);
    std::string sent;
    for (std::size_t i = 0; i < 1'000'000; ++i) sent.push_back(static_cast<char>(i * 7));
    std::size_t reads = 0;
    for (std::size_t at = 0; at < sent.size(); ++reads) at += read_into(buffer, byte_view(sent).substr(at));
    EXPECT_EQ(buffer.view(), sent);
    EXPECT_LT(reads, 12U) << "twice as much each time";
    EXPECT_LE(buffer.capacity(), 4 * sent.size());
}

TEST(ReadBuffer, GivesBackWhatALongMessageTook) {
    read_buffer buffer(pool, no_limit);
    const std::string sent(1'000'000, 'x');
    for (std::size_t at = 0; at < sent.size();) at += read_into(buffer, byte_view(sent).substr(at));
    buffer.consume(sent.size());
    read_into(buffer, "short");
    EXPECT_EQ(buffer.view(), "short");
    EXPECT_LE(buffer.capacity(), read_buffer::bulk_size);
    buffer.consume(5);
    read_into(buffer, "short");
    EXPECT_EQ(buffer.capacity(), read_buffer::small_size);
}

TEST(ReadBuffer, OffersMoreToAPeerThatFillsIt) {
    read_buffer buffer(pool, no_limit);
    const std::string sent(read_buffer::bulk_size, 'x');
    EXPECT_EQ(read_into(buffer, sent), read_buffer::small_size);
    buffer.consume(read_buffer::small_size);
    EXPECT_EQ(read_into(buffer, sent), read_buffer::bulk_size);
    buffer.consume(read_buffer::bulk_size);
    EXPECT_EQ(buffer.room().size(), read_buffer::bulk_size);
}

TEST(ReadBuffer, HasNoRoomBeyondItsLimit) {
    read_buffer buffer(pool, 100'000);
    const std::string sent(200'000, 'x');
    for (std::size_t at = 0, n = 1; n > 0; at += n) n = read_into(buffer, byte_view(sent).substr(at));
    EXPECT_EQ(buffer.view().size(), 100'000U);
    EXPECT_TRUE(buffer.room().empty());
    buffer.consume(1);
    EXPECT_EQ(buffer.room().size(), 1U);
}

TEST(ReadBuffer, ClearedIsEmpty) {
    read_buffer buffer(pool, no_limit);
    read_into(buffer, "abc");
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    read_into(buffer, "def");
    EXPECT_EQ(buffer.view(), "def");
}

TEST(ReadBuffer, GivesBackItsMemoryOnlyWhenItIsEmpty) {
    read_buffer buffer(pool, no_limit);
    read_into(buffer, "abc");
    buffer.give_back();
    EXPECT_EQ(buffer.view(), "abc");
    buffer.consume(3);
    buffer.give_back();
    EXPECT_EQ(buffer.capacity(), 0U);
    EXPECT_TRUE(buffer.empty());
    read_into(buffer, "def");
    EXPECT_EQ(buffer.view(), "def");
}

TEST(ReadBuffer, TwoThatAreUsedInTurnShareTheirMemory) {
    read_buffer one(pool, no_limit);
    const char* const room = one.room().data();
    one.give_back();
    read_buffer other(pool, no_limit);
    EXPECT_EQ(other.room().data(), room);
}

}  // namespace
}  // namespace pgsidecar::net
