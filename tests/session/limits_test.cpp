#include <gtest/gtest.h>

#include <utility>

#include "support/conversation.hpp"

/// Messages of any size pass in pieces, and what does not fit together ends the connection with an error that
/// says so.
namespace pgsidecar::test {
namespace {

constexpr std::size_t large = std::size_t{64} << 20;

/// Header and start of a message whose other bytes are made as they are needed.
std::string head(char type, std::size_t body_size, byte_view body_start) {
    std::string out(1, type);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(((body_size + 4) >> shift) & 0xff);
    return out.append(body_start);
}

class LargeMessages : public testing::Test {
protected:
    /// Passes `size` bytes from one peer to the other, a read of 64 kB at a time; nothing may stay behind.
    template <class Feed>
    void expect_passes(std::size_t size, Feed&& feed, out_batch& batch) {
        const std::string piece(std::size_t{64} << 10, 'x');
        std::size_t passed = 0;
        for (std::size_t rest = size; rest > 0;) {
            const byte_view in = byte_view(piece).substr(0, rest);
            const std::size_t used = feed(in);
            ASSERT_EQ(used, in.size());
            ASSERT_LE(batch.piece_count(), 1U);  // borrowed, not copied
            passed += batch.size();
            batch.clear();
            rest -= used;
        }
        EXPECT_EQ(passed, size);
    }
    void client_sends(byte_view bytes) {
        EXPECT_EQ(s.on_client_bytes(bytes), bytes.size());
        flush();
    }
    void server_sends(byte_view bytes) {
        EXPECT_EQ(s.on_server_bytes(bytes), bytes.size());
        flush();
    }
    /// While the bytes that the batches borrow are still there.
    void flush() {
        to_server += s.to_server().str();
        to_client += s.to_client().str();
        s.to_server().clear();
        s.to_client().clear();
    }
    std::string take_to_server() { return std::exchange(to_server, {}); }
    std::string take_to_client() { return std::exchange(to_client, {}); }
    void expect_passes_to_server(std::size_t size) {
        expect_passes(
            size, [&](byte_view in) { return s.on_client_bytes(in); }, s.to_server());
    }
    void expect_passes_to_client(std::size_t size) {
        expect_passes(
            size, [&](byte_view in) { return s.on_server_bytes(in); }, s.to_client());
    }

    text_pool texts;
    server_link link{pooler_kind::pgbouncer_1_18};
    session s{texts, {}, link};
    std::string to_server, to_client;
};

TEST_F(LargeMessages, BindPassesInPieces) {
    const std::string parse = fe::parse("a", "insert into t values ($1)");
    client_sends(parse);
    // portal "", statement "a", no formats, one parameter of `large` bytes
    std::string names("\0a\0\0\0\0\1", 7);
    client_sends(head('B', names.size() + 4 + large + 2, names));
    EXPECT_EQ(take_to_server(),
              fe::parse("", "insert into t values ($1)") + fe::describe_statement("") +
                  head('B', names.size() - 1 + 4 + large + 2, byte_view("\0\0\0\0\0\1", 6)));
    expect_passes_to_server(4 + large + 2);
    client_sends(fe::execute() + fe::sync());
    EXPECT_EQ(take_to_server(), fe::execute() + fe::sync());
    server_sends(be::parse_complete() + be::description({}, {25}) + be::bind_complete() +
                 be::command_complete("INSERT 0 1") + be::ready('I'));
    EXPECT_TRUE(s.idle());
}

TEST_F(LargeMessages, AnErrorDuringABindIsFollowedByOurSyncAtItsEnd) {
    client_sends(fe::parse("", "bad"));
    const std::string names("\0\0\0\0\0\1", 6);
    client_sends(head('B', names.size() + 4 + 1000 + 2, names));
    take_to_server();
    server_sends(be::error("42601", "syntax error"));
    EXPECT_EQ(take_to_client(), be::error("42601", "syntax error"));
    EXPECT_EQ(take_to_server(), "");  // the message is not over
    client_sends(std::string(1005, 'x'));
    EXPECT_EQ(take_to_server(), std::string(1005, 'x'));
    client_sends("x");
    EXPECT_EQ(take_to_server(), "x" + fe::sync());
    server_sends(be::ready('I'));
    EXPECT_EQ(take_to_client(), "");
    client_sends(fe::execute() + fe::sync());
    EXPECT_EQ(take_to_server(), "");
    EXPECT_EQ(take_to_client(), be::ready('I'));
    EXPECT_TRUE(s.idle());
}

TEST_F(LargeMessages, AnErrorDuringCopyDataIsFollowedByOurSyncAtItsEnd) {
    client_sends(fe::query("copy t from stdin; select 1"));
    server_sends(be::copy_in_response());
    client_sends(head('d', 1000, ""));
    take_to_server();
    take_to_client();
    server_sends(be::error("22P02", "invalid input syntax") + be::ready('I'));
    EXPECT_EQ(take_to_client(), be::error("22P02", "invalid input syntax") + be::ready('I'));
    EXPECT_EQ(take_to_server(), "");
    client_sends(std::string(1000, 'x'));
    EXPECT_EQ(take_to_server(), std::string(1000, 'x') + fe::sync());
    server_sends(be::ready('I'));
    client_sends(fe::copy_done());
    EXPECT_EQ(take_to_server(), "");
    EXPECT_EQ(take_to_client(), "");
    EXPECT_TRUE(s.idle());
}

TEST_F(LargeMessages, CopyDataPassesInPieces) {
    client_sends(fe::query("copy t from stdin"));
    server_sends(be::parse_complete() + be::bind_complete() + be::copy_in_response());
    take_to_server();
    client_sends(head('d', large, ""));
    EXPECT_EQ(take_to_server(), head('d', large, ""));
    expect_passes_to_server(large);
    client_sends(fe::copy_done());
    server_sends(be::command_complete("COPY 1") + be::ready('I'));
    EXPECT_TRUE(s.idle());
}

TEST_F(LargeMessages, CopyDataThatNobodyWantsIsDroppedInPieces) {
    client_sends(head('d', large, "start"));
    const std::string piece(std::size_t{1} << 20, 'x');
    for (std::size_t rest = large - 5; rest > 0;) {
        const byte_view in = byte_view(piece).substr(0, rest);
        client_sends(in);
        ASSERT_EQ(take_to_server(), "");
        rest -= in.size();
    }
    client_sends(fe::query("select 1"));
    EXPECT_EQ(take_to_server(), fe::query("select 1"));
}

TEST_F(LargeMessages, QueryPassesInPieces) {
    const std::string start = "insert into t values ('" + std::string(4'096, 'x');
    client_sends(head('Q', start.size() + large, start));
    EXPECT_EQ(take_to_server(), head('Q', start.size() + large, start));
    expect_passes_to_server(large);
    server_sends(be::command_complete("INSERT 0 1") + be::ready('I'));
    EXPECT_TRUE(s.idle());
}

TEST_F(LargeMessages, FunctionCallPassesInPieces) {
    client_sends(head('F', large, ""));
    EXPECT_EQ(take_to_server(), head('F', large, ""));
    expect_passes_to_server(large);
}

TEST_F(LargeMessages, RowsAndCopyDataPassInPieces) {
    client_sends(fe::query("select repeat('x', 64000000)"));
    for (const char type : {'D', 'd', 'V'}) {
        if (type == 'V') {
            server_sends(be::ready('I'));
            client_sends(fe::function_call(1));
        }
        take_to_client();
        server_sends(head(type, large, ""));
        EXPECT_EQ(take_to_client(), head(type, large, ""));
        expect_passes_to_client(large);
    }
    server_sends(be::ready('I'));
    EXPECT_TRUE(s.idle());
}

TEST_F(LargeMessages, ManyRepliesOutstandingAreBounded) {
    const std::string close = fe::close_portal("p");
    std::string closes;
    for (int i = 0; i < 100'000; ++i) closes += close;
    std::size_t used = 0, sent = 0;
    do {
        used += s.on_client_bytes(byte_view(closes).substr(used));
        sent += s.to_server().size();
        s.to_server().clear();
    } while (s.has_more());
    EXPECT_LT(used, closes.size());
    EXPECT_TRUE(s.waits_for_server());
    EXPECT_LT(sent, std::size_t{1} << 20);
}

TEST(Limits, ALongParseServesAsLongAsItIsResident) {
    const std::string sql = "select '" + std::string(100, 'x') + "'";
    const auto failed = be::error("26000", "psc_refuse");
    const auto too_long = be::error("54000", "statement is too long to be used again on another server",
                                    {{'H',
                                      "Raise max_statement_size of pgsidecar, or prepare the statement in "
                                      "the transaction that uses it."}});
    conversation()
        .max_statement_size(100)
        .client_sends({fe::parse("a", sql), fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets(
            {fe::parse("", sql), fe::describe_statement(""), fe::bind(""), fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::bind_complete(),
                       be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets(
            {be::parse_complete(), be::bind_complete(), be::command_complete("SELECT 1"), be::ready('I')})
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({fe::close_statement("psc_refuse"), fe::bind("psc_refuse"), fe::sync()})
        .server_sends({be::close_complete(), failed, be::ready('I')})
        .client_gets({too_long, be::ready('I')})
        .client_sends({fe::query("EXECUTE a")})
        .server_gets({fe::close_statement("a"), fe::close_statement("psc_refuse"), fe::bind("psc_refuse"),
                      fe::flush()})
        .server_sends({be::close_complete(), be::close_complete(), failed})
        .client_gets({too_long})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(Limits, ALongParseOfANameInUseFailsNaturally) {
    const std::string sql = "select '" + std::string(100, 'x') + "'";
    conversation()
        .max_statement_size(100)
        .knows("a", "select 1")
        .client_sends({fe::parse("a", sql), fe::sync()})
        .server_gets({fe::close_statement("a"), fe::parse("a", ""), fe::parse("a", sql), fe::sync()})
        .server_sends(
            {be::close_complete(), be::parse_complete(), be::error("42P05", "exists"), be::ready('I')})
        .client_gets({be::error("42P05", "exists"), be::ready('I')})
        .check();
}

TEST(Limits, ImpossibleLengthsOfTheClient) {
    const auto fatal = be::fatal("08P01", "invalid message length");
    for (const std::string& message :
         {std::string("Q\0\0\0\3", 5), std::string("S\0\0\0\0", 5), std::string("P\xff\xff\xff\xff", 5),
          std::string("D\0\1\0\0", 5), std::string("H\x7f\xff\xff\xff", 5), std::string("d\x80\0\0\0", 5)}) {
        conversation()
            .client_sends({message, "whatever follows"})
            .client_gets({fatal})
            .server_gets({fe::terminate()})
            .ends()
            .check();
    }
}

TEST(Limits, UnknownMessageOfTheClient) {
    for (const char type : {'p', 'R', '\0', '\xff'}) {
        conversation()
            .client_sends({fe::message(type, "x")})
            .client_gets({be::fatal(
                "08P01", "invalid frontend message type " + std::to_string(static_cast<unsigned char>(type)),
                {{'F', "postgres.c"}, {'R', "SocketBackend"}})})
            .server_gets({fe::terminate()})
            .ends()
            .check();
    }
}

TEST(Limits, ClosesInFrontOfAMessageOfAnUnknownTypeAreAnswered) {
    conversation()
        .client_sends({fe::close_statement("a"), fe::message('!', "")})
        .client_gets({be::close_complete(), be::fatal("08P01", "invalid frontend message type 33",
                                                      {{'F', "postgres.c"}, {'R', "SocketBackend"}})})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Limits, ServerThatDoesNotFitTheProtocolEndsTheConnection) {
    const auto out_of_sync = [](const std::string& what) {
        return be::fatal("08P01", what + " from the upstream server");
    };
    for (const auto& [reply, what] : std::vector<std::pair<std::string, std::string>>{
             {be::parse_complete(), "unexpected message type '1'"},
             {be::ready('I'), "unexpected message type 'Z'"},
             {be::data_row({"1"}), "unexpected message type 'D'"},
             {std::string("C\0\0\0\2", 5), "message of impossible length"},
             {std::string("D\0\0\0\0", 5), "message of impossible length"},
             {std::string("N\x80\0\0\0", 5), "message of impossible length"},
             {std::string("D\xff\xff\xff\xff", 5), "message of impossible length"}}) {
        conversation().server_sends({reply}).client_gets({out_of_sync(what)}).ends().check();
    }
    for (const auto& [reply, what] : std::vector<std::pair<std::string, std::string>>{
             {be::bind_complete(), "unexpected message type '2'"},
             {be::ready('I'), "unexpected message type 'Z'"},
             {be::command_complete("SELECT 1"), "unexpected message type 'C'"}}) {
        conversation()
            .pooler(pooler_kind::direct)
            .client_sends({fe::parse("", "select 1"), fe::flush()})
            .server_gets({fe::parse("", "select 1"), fe::flush()})
            .server_sends({reply, be::parse_complete()})
            .client_gets({out_of_sync(what)})
            .ends()
            .check();
    }
}

TEST(Limits, ReadyForQueryWithoutAKnownStatusEndsTheConnection) {
    for (const std::string& reply : {be::message('Z'), be::message('Z', "X"), be::message('Z', "II")}) {
        conversation()
            .client_sends({fe::query("select 1")})
            .server_gets({fe::query("select 1")})
            .server_sends({reply})
            .client_gets({be::fatal("08P01", "unknown transaction status from the upstream server")})
            .ends()
            .check();
    }
}

TEST(Limits, NamesThatDoNotEndAreRefusedWhereverTheyAreCut) {
    const std::string name(300'000, 'n');
    for (const std::string& message : {fe::bind(name), fe::parse(name, "select 1")})
        conversation()
            .max_statement_size(100'000)
            .client_sends({message})
            .client_gets({be::fatal("54000", "name of a statement or portal is too long")})
            .server_gets({fe::terminate()})
            .ends()
            .check_in_pieces({0, 10'000, 65'536});
}

}  // namespace
}  // namespace pgsidecar::test
