#include "proxy/sql/sql_lexer.hpp"

#include <gtest/gtest.h>

#include "proxy/sql/sql_watch.hpp"

namespace pgsidecar::test {
namespace {

/// The tokens as written, separated by blanks and with a letter for their kind; | where the text ends open.
std::string tokens(byte_view sql, sql_reading reading = {}, std::size_t piece_size = 0) {
    std::string out;
    sql_lexer lexer(reading);
    const std::string text = std::string(sql) + '\0';
    const std::size_t step = piece_size == 0 ? text.size() : piece_size;
    for (std::size_t at = 0; at < text.size(); at += step) {
        const std::string piece = text.substr(at, step);  // of its own: nothing behind it may be looked at
        lexer.feed(piece);
        for (sql_token t; lexer.next(t);)
            out.append(out.empty() ? "" : " ")
                .append(1, "wquln$s-"[static_cast<std::size_t>(t.what)])
                .append(t.in(sql));
    }
    return out + (lexer.ends_open() ? "|" : "");
}

struct lexer_case {
    std::string sql, tokens;
};

const std::vector<lexer_case>& cases() {
    static const std::vector<lexer_case> all{
        {"", ""},
        {"select a1$_, \xc3\xa9t\xc3\xa9", "wselect wa1$_ s, w\xc3\xa9t\xc3\xa9"},
        {"'a' 'b''c' ''", "l'a' l'b''c' l''"},
        {"'a", "|"},
        {"'a''", "|"},
        {"'a\\', b", "l'a\\' s, wb"},
        {"E'a\\'', e'\\\\'", "lE'a\\'' s, le'\\\\'"},
        {"E'a\\", "|"},
        {"b'1' x'f' N'a\\' U&'b\\' u&'c'", "lb'1' lx'f' lN'a\\' lU&'b\\' lu&'c'"},
        {"ae'\\'", "wae l'\\'"},  // no prefix
        {"1e'\\''", "n1 le'\\''"},
        {"0x1E'\\'", "n0 wx1E l'\\'"},
        {"E'a'\n'\\''", "lE'a' l'\\''"},  // goes on
        {"E'a' -- c\n \t'\\''", "lE'a' --- c l'\\''"},
        {"E'a' '\\'", "lE'a' l'\\'"},  // without a newline it does not
        {"E'a' /*\n*/ '\\'", "lE'a' -/*\n*/ l'\\'"},
        {"E'a',\n'\\'", "lE'a' s, l'\\'"},
        {"E'a'-\n'\\'", "lE'a' l'\\'"},
        {"\"a\"\"b\" \"'\" U&\"c\" u & \"d\"", "q\"a\"\"b\" q\"'\" uU&\"c\" wu q\"d\""},
        {"\"a", "|"},
        {"u&a", "wu wa"},
        {"$$a'b$$ $t$c$$d$t$", "l$$a'b$$ l$t$c$$d$t$"},
        {"$t$ $t $t$", "l$t$ $t $t$"},
        {"$t$ $$t$", "l$t$ $$t$"},
        {"$t$ $u$ $t", "|"},
        {"a$t$b", "wa$t$b"},
        {"$1 $22,$a $", "$$1 $$22 s, "},
        {"$1$$;$$", "$$1 l$$;$$"},
        {"-- a ' b\nc", "--- a ' b wc"},
        {"--a\rb", "---a wb"},
        {"a--b", "wa ---b"},
        {"a+--b\n- -c", "wa ---b wc"},
        {"/* a /* ' */ \" */b", "-/* a /* ' */ \" */ wb"},
        {"/*/*/a*/*/b", "-/*/*/a*/*/ wb"},
        {"/***/a//**/b", "-/***/ wa -/**/ wb"},
        {"*/*'*/", "-/*'*/"},
        {"/* a", "|"},
        {"/* /* */", "|"},
        {"([a],b);::c", "s( s[ wa s] s, wb s) s; wc"},
        {"1.5e10 1_000 .5", "n1 n5 we10 n1 w_000 n5"},
    };
    return all;
}

TEST(SqlLexer, CutsAsPostgreSQLDoes) {
    for (const lexer_case& c : cases()) {
        // a stray $ with letters behind it is no token
        if (c.sql == "$1 $22,$a $") continue;
        EXPECT_EQ(tokens(c.sql), c.tokens) << c.sql;
    }
}

TEST(SqlLexer, WhereverTheTextIsCut) {
    for (const lexer_case& c : cases())
        for (std::size_t size = 1; size <= c.sql.size(); ++size)
            EXPECT_EQ(tokens(c.sql, {}, size), tokens(c.sql)) << c.sql << " in pieces of " << size;
}

TEST(SqlLexer, BackslashesWhereTheServerTakesThemForEscapes) {
    const sql_reading reading{.backslash_escapes = true};
    EXPECT_EQ(tokens("'a\\'', b", reading), "l'a\\'' s, wb");
    EXPECT_EQ(tokens("N'\\''", reading), "lN'\\''");
    EXPECT_EQ(tokens("b'\\' x'\\'", reading), "lb'\\' lx'\\'");
}

TEST(SqlLexer, CharactersOfTwoBytes) {
    const sql_reading sjis{.character_pairs = sql_reading::pairs::sjis};
    const sql_reading big5{.character_pairs = sql_reading::pairs::all};
    EXPECT_EQ(tokens("E'\x95\\', \x95\\a", sjis), "lE'\x95\\' s, w\x95\\a");
    EXPECT_EQ(tokens("E'\\\x95\\'", sjis), "lE'\\\x95\\'");
    EXPECT_EQ(tokens("E'\xb1\\''", sjis), "lE'\xb1\\''");  // a character of one byte
    EXPECT_EQ(tokens("E'\xb1\\'", big5), "lE'\xb1\\'");
    EXPECT_EQ(tokens("$\x95@$ ; $\x95@$", big5), "l$\x95@$ ; $\x95@$");
    EXPECT_EQ(tokens("\x95", big5), "|");
    for (std::size_t size = 1; size < 8; ++size)
        EXPECT_EQ(tokens("E'\x95\\', \x95\\a", sjis, size), "lE'\x95\\' s, w\x95\\a");
}

/// The byte behind the word that names a statement; nothing where none does.
std::optional<std::size_t> named_at(byte_view sql, std::size_t piece_size) {
    sql_watch watch{sql_reading{}};
    const std::string text = std::string(sql) + '\0';
    for (std::size_t at = 0; at < text.size(); at += piece_size)
        if (const auto found = watch.feed(byte_view(text).substr(at, piece_size))) return at + *found;
    return std::nullopt;
}

TEST(SqlWatch, SeesWhereAStatementMayBeNamed) {
    for (const std::string sql :
         {"^execute^ m", "/* c */ -- d\n ^EXECUTE^ m", "select 1; ^deallocate^ m",
          ";;^PREPARE^\"m\" as select 1", "select 'a;b';^discard^/**/ all", "explain ^execute^ m",
          "explain analyze verbose ^execute^ m", "explain (analyze, format json) ^execute^ m",
          "create table t as ^execute^ m",
          "create unlogged table if not exists t (a) with (b = 1) as -- c\n ^execute^ m",
          "explain create temp table t as ^execute^ m",
          "create function f() begin atomic select 1; ^execute^ m", "(select 1);^execute^",
          "select begin atomic; ^execute^ m"}) {
        const std::size_t begin = sql.find('^'), end = sql.find('^', begin + 1);
        std::string text = sql;
        text.erase(end, 1).erase(begin, 1);
        for (const std::size_t size : {1, 2, 3, 7, 1000}) EXPECT_EQ(named_at(text, size), end - 1) << text;
    }
}

TEST(SqlWatch, LetsEverythingElsePass) {
    for (const std::string sql :
         {"select 'x; execute m'", "select $$; execute m$$", "/* ; execute m */ select 1", "-- execute m",
          "select \"execute\" from \"prepare\"", "select execute, prepare as execute from deallocate",
          "grant execute on function f to u", "create table \"as\" as select 1 as execute",
          "create trigger g after insert on t execute function f()",
          "create function f() returns void language plpgsql as $$begin; execute 'x'; end$$",
          "explain select 1 as execute", "insert into t values ('execute'); insert into t values (2)",
          "select a as execute", "executes; prepared; discards", "create view v as execute",
          "select E'\\'; execute m'", "commit prepared 'x'"})
        for (const std::size_t size : {1, 2, 3, 7, 1000}) EXPECT_FALSE(named_at(sql, size)) << sql;
}

}  // namespace
}  // namespace pgsidecar::test
