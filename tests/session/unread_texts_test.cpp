#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// A text that names a prepared statement never passes unread: what stands under that name on the server may
/// be another client's (semantics §7).
namespace pgsidecar::test {
namespace {

const std::string failed = be::close_complete() + be::error("26000", "psc_refuse");
const std::string malformed = be::error("08P01", "invalid message format");
const std::string too_long =
    be::error("54000", "query string is too long for PREPARE, EXECUTE and DEALLOCATE",
              {{'H', "Send long values as parameters of the extended query protocol."}});
const std::string not_read =
    be::error("0A000", "name of a prepared statement cannot be read in this query string",
              {{'H', "Write the name in double quotes, without Unicode escapes."}});

/// As a server reads it: with what it refuses in place of the bytes behind `word`.
std::string spoiled(std::string message, byte_view word) {
    const std::size_t at = message.find(word) + word.size();
    return message.replace(at, 3, 3, '\0');
}

conversation long_texts() { return conversation().max_statement_size(100).knows("a", "select $1"); }

const std::string long_value = "'" + std::string(100, 'x') + "'";

TEST(UnreadTexts, ALongQueryPassesInPieces) {
    for (const std::string& sql :
         {"select " + long_value, "select 1 as execute, '; execute a', $$; execute a$$ -- " + long_value,
          "insert into t values (" + long_value + "); -- ; execute a\n insert into t values ('c:\\')"})
        long_texts().passes({fe::query(sql)}, {be::command_complete("SELECT 1"), be::ready('I')}).check();
}

/// The server must refuse it whatever it has got of it already: there it is no message of the protocol.
TEST(UnreadTexts, ALongQueryThatNamesAStatementFails) {
    for (const auto& [sql, word] : std::vector<std::pair<std::string, std::string>>{
             {"EXECUTE a(" + long_value + ")", "EXECUTE"},
             {"/* " + long_value + " */ execute a", "execute"},
             {"select " + long_value + "; DEALLOCATE ALL", "DEALLOCATE"},
             {"select " + long_value + "; PREPARE b AS select 1", "PREPARE"},
             {"explain analyze -- " + long_value + "\n execute a(1)", "execute"},
             {"create table t as -- " + long_value + "\n execute a(1)", "execute"},
             {"select 'c:\\'; execute a(" + long_value + ")", "execute"},
             {"select '\xe9', 0x1F, 1_000; execute a(" + long_value + ")", "execute"}})
        long_texts()
            .client_sends({fe::query(sql), fe::query("select 2")})
            .server_gets({spoiled(fe::query(sql), word)})
            .server_sends({malformed, be::ready('I')})
            .client_gets({too_long, be::ready('I')})
            .server_gets({fe::query("select 2")})
            .server_sends({be::command_complete("SELECT 1"), be::ready('I')})
            .client_gets({be::command_complete("SELECT 1"), be::ready('I')})
            .check();
}

TEST(UnreadTexts, InABlockItFailsTheBlock) {
    const std::string sql = "EXECUTE a(" + long_value + ")";
    long_texts()
        .in_block()
        .client_sends({fe::query(sql)})
        .server_gets({spoiled(fe::query(sql), "EXECUTE")})
        .server_sends({malformed, be::ready('E')})
        .client_gets({too_long, be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(UnreadTexts, ALongQueryOfWhichNothingIsNamedIsTheServersToRefuse) {
    const std::string sql = "select " + long_value + "; execute";
    long_texts()
        .passes({fe::query(sql)}, {be::error("42601", "syntax error at end of input"), be::ready('I')})
        .check();
}

TEST(UnreadTexts, ALongParseThatNamesAStatementFails) {
    const std::string sql = "EXECUTE a(" + long_value + ")";
    for (const std::string name : {"", "b"}) {
        const std::string described = name.empty() ? "" : fe::describe_statement("");
        long_texts()
            .client_sends({fe::parse(name, sql, {type::int4}), fe::bind(name), fe::execute(), fe::sync()})
            .server_gets({spoiled(fe::parse("", sql, {type::int4}), "EXECUTE"), described, fe::bind(""),
                          fe::execute(), fe::sync()})
            .server_sends({malformed, be::ready('I')})
            .client_gets({too_long, be::ready('I')})
            .client_sends({fe::bind("b"), fe::sync()})  // it does not exist
            .server_gets({fe::close_statement("b"), fe::bind("b"), fe::sync()})
            .server_sends({be::close_complete(), be::error("26000", "b"), be::ready('I')})
            .client_gets({be::error("26000", "b"), be::ready('I')})
            .check();
    }
}

TEST(UnreadTexts, ALongParseThatOnlyMentionsItServes) {
    const std::string sql = "select 'execute a', " + long_value;
    long_texts()
        .client_sends({fe::parse("b", sql), fe::sync()})
        .server_gets({fe::parse("", sql), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .check();
}

/// What was skipped is not refused once more.
TEST(UnreadTexts, ALongParseBehindAnErrorIsSkipped) {
    const std::string sql = "EXECUTE a(" + long_value + ")";
    long_texts()
        .client_sends({fe::parse("", "bad"), fe::parse("", sql), fe::sync()})
        .server_gets({fe::parse("", "bad"), spoiled(fe::parse("", sql), "EXECUTE"),
                      fe::describe_statement(""), fe::sync()})
        .server_sends({be::error("42601", "bad"), be::ready('I')})
        .client_gets({be::error("42601", "bad"), be::ready('I')})
        .check();
}

/// Costly ones too: there is nothing that is spared.
TEST(UnreadTexts, AnythingThatComesAsAWholeIsRead) {
    for (const std::string& sql :
         {"/*" + std::string(4'100, '-') + "*/ EXECUTE a('1')",
          "EXECUTE a('" + std::string(4'100, '+') + "')", std::string("EXECUTE a(0x10, 1_000)"),
          std::string("EXECUTE a(E'\\xe9')"), "EXECUTE a" + std::string(2'000, '+'),
          "EXECUTE a(" + std::string(5'000, ',') + ")"})
        conversation()
            .client_sends({fe::query(sql)})
            .server_gets({fe::close_statement("a"), fe::query(sql)})
            .server_sends({be::close_complete(), be::error("26000", "a"), be::ready('I')})
            .client_gets({be::error("26000", "a"), be::ready('I')})
            .check_in_pieces({0, 1'000});
}

TEST(UnreadTexts, ALongParseThatComesAsAWholeIsRead) {
    const std::string sql = "EXECUTE a('" + std::string(std::size_t{2} << 20, 'x') + "')";
    conversation()
        .client_sends({fe::parse("", sql), fe::flush()})
        .server_gets({fe::close_statement("a"), fe::parse("", sql), fe::describe_statement(""), fe::sync()})
        .server_sends({be::close_complete(), be::parse_complete(), be::description({}), be::ready('I')})
        .client_gets({be::parse_complete()})
        .client_sends({fe::sync()})
        .client_gets({be::ready('I')})
        .check_in_pieces({0, 1'000'000});
}

TEST(UnreadTexts, NamesThatCannotBeToldAreRefused) {
    const std::string sql = "EXECUTE U&\"" + std::string(2'000, 'a') + "\"";
    conversation()
        .client_sends({fe::query(sql)})
        .server_gets({fe::close_statement("psc_refuse"), fe::bind("psc_refuse"), fe::flush()})
        .server_sends({failed})
        .client_gets({not_read})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check_in_pieces({0, 1'000});
    conversation()
        .client_sends({fe::parse("", sql), fe::bind(""), fe::execute(), fe::sync()})
        .server_gets({fe::close_statement("psc_refuse"), fe::bind("psc_refuse"), fe::close_statement(""),
                      fe::bind(""), fe::execute(), fe::sync()})
        .server_sends({failed, be::ready('I')})
        .client_gets({not_read, be::ready('I')})
        .check_in_pieces({0, 1'000});
}

/// ParameterStatus decides where a literal ends.
TEST(UnreadTexts, TextsAreReadAsTheServerDoes) {
    const std::string sql = "select '\\'; execute a; --'";
    const auto answer = be::command_complete("SELECT 1") + be::ready('I');
    const auto off = be::parameter_status("standard_conforming_strings", "off");
    conversation()
        .client_sends({fe::query("set standard_conforming_strings = off")})
        .server_gets({fe::query("set standard_conforming_strings = off")})
        .server_sends({off, be::command_complete("SET"), be::ready('I')})
        .client_gets({off, be::command_complete("SET"), be::ready('I')})
        .passes({fe::query(sql)}, {answer})
        .check();
    conversation()
        .client_sends({fe::query(sql)})
        .server_gets({fe::close_statement("a"), fe::query(sql)})
        .server_sends({be::close_complete(), be::error("26000", "a"), be::ready('I')})
        .client_gets({be::error("26000", "a"), be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
