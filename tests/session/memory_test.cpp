#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "proxy/session/session.hpp"
#include "support/backend_builders.hpp"
#include "support/frontend_builders.hpp"

namespace {

std::size_t allocated = 0;  // bytes, as the allocator rounds them up with its header

std::size_t cost(std::size_t size) { return (size + 8 + 15) / 16 * 16; }

constexpr std::size_t header = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) {
    auto* block = static_cast<char*>(std::malloc(size + header));
    if (block == nullptr) throw std::bad_alloc();
    *reinterpret_cast<std::size_t*>(block) = size;
    allocated += cost(size);
    return block + header;
}

void operator delete(void* p) noexcept {
    if (p == nullptr) return;
    auto* block = static_cast<char*>(p) - header;
    allocated -= cost(*reinterpret_cast<std::size_t*>(block));
    std::free(block);
}

void operator delete(void* p, std::size_t) noexcept { operator delete(p); }

namespace pgsidecar::test {
namespace {

/// A client that prepares as asyncpg names its statements; all of them share their texts.
class client {
public:
    explicit client(text_pool& texts) : session_(texts, {}, link_) {}

    void prepare(int n) {
        const std::string sql =
            "select * from a_table_of_the_application where id = $1 and number = " + std::to_string(n);
        send(fe::parse("__asyncpg_stmt_" + std::to_string(n) + "__", sql) + fe::sync());
        session_.on_server_bytes(be::parse_complete() + be::description(one_column, {type::int4}) +
                                 be::ready('I'));
        forget_output();
    }
    void use(int n) {
        send(fe::bind("__asyncpg_stmt_" + std::to_string(n) + "__", {.values = {"1"}}));
        session_.on_server_bytes(be::parse_complete() + be::description(one_column, {type::int4}) +
                                 be::bind_complete());
        send(fe::execute() + fe::sync());
        session_.on_server_bytes(be::data_row({"1"}) + be::command_complete("SELECT 1") + be::ready('I'));
        forget_output();
    }
    void close(int n) {
        send(fe::close_statement("__asyncpg_stmt_" + std::to_string(n) + "__") + fe::sync());
    }
    bool idle() const { return session_.idle(); }
    std::size_t statements() const { return session_.statements().size(); }

private:
    void send(const std::string& bytes) {
        ASSERT_EQ(session_.on_client_bytes(bytes), bytes.size());
        forget_output();
    }
    void forget_output() {
        session_.to_server().clear();
        session_.to_client().clear();
    }

    server_link link_{pooler_kind::pgbouncer_1_18};
    session session_;
};

TEST(Memory, AStatementWithASharedTextCosts400BytesAtMost) {
    constexpr int statements = 100, clients = 50;  // what asyncpg keeps
    text_pool texts;
    client first(texts);
    for (int n = 0; n < statements; ++n) first.prepare(n);

    std::vector<std::unique_ptr<client>> others;
    others.reserve(clients);
    for (int i = 0; i < clients; ++i) {
        others.push_back(std::make_unique<client>(texts));
        others.back()->prepare(0);  // what the first one costs is the session's
    }
    const std::size_t before = allocated;
    for (auto& one : others)
        for (int n = 1; n < statements; ++n) one->prepare(n);
    const std::size_t each = (allocated - before) / (clients * (statements - 1));
    RecordProperty("bytes", static_cast<int>(each));
    EXPECT_LE(each, 400U);
    EXPECT_EQ(texts.text_count(), static_cast<std::size_t>(statements));
}

TEST(Memory, ATextIsKeptOnce) {
    constexpr std::size_t texts_kept = 100, size = 1024;
    statement_statistics usages;
    text_pool texts(&usages);
    std::vector<query_text_ptr> held(texts_kept);
    const std::size_t before = allocated;
    for (std::size_t n = 0; n < texts_kept; ++n)
        held[n] = texts.intern(std::to_string(n) + std::string(size, 'x'), {});
    const std::size_t each = (allocated - before) / texts_kept;
    RecordProperty("bytes", static_cast<int>(each));
    EXPECT_LE(each, size + 512);
}

TEST(Memory, ABatchGivesBackWhatARoundTripDoesNotNeed) {
    const std::size_t before = allocated;
    out_batch batch;
    const std::string passed(1, 'x');
    for (int i = 0; i < 1000; ++i) {
        batch.compose([](std::string& out) { out.append(100, 'y'); });
        batch.borrow(passed);
    }
    EXPECT_GT(allocated, before + 100'000);
    batch.clear();
    EXPECT_EQ(allocated, before);
}

TEST(Memory, ASessionThatExpectsNothingHoldsNoQueue) {
    text_pool texts;
    const std::size_t before = allocated;
    const client c(texts);
    EXPECT_EQ(allocated, before);
}

TEST(Memory, WorkAndClosedStatementsLeaveNothing) {
    text_pool texts;
    client c(texts);
    const auto work = [&](int n) {
        c.prepare(n);
        for (int i = 0; i < 3; ++i) c.use(n);
        c.close(n);
    };
    for (int n = 0; n < 10; ++n) work(n);
    const std::size_t before = allocated;
    for (int n = 10; n < 1000; ++n) work(n);
    EXPECT_LE(allocated, before + 2048);
    EXPECT_TRUE(c.idle());
    EXPECT_EQ(c.statements(), 0U);
    EXPECT_EQ(texts.text_count(), 0U);
}

}  // namespace
}  // namespace pgsidecar::test
