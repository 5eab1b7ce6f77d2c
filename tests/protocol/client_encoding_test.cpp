#include "protocol/client_encoding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pgsidecar {
namespace {

struct named_case {
    const char* name;
    std::string asked;
    std::optional<byte_view> reported;
};

class ClientEncoding : public testing::TestWithParam<named_case> {};

TEST_P(ClientEncoding, HasItsCanonicalName) {
    EXPECT_EQ(canonical_client_encoding(GetParam().asked), GetParam().reported);
}

// What `SET client_encoding` and `SHOW client_encoding` give on PostgreSQL 15.
INSTANTIATE_TEST_SUITE_P(
    Cases, ClientEncoding,
    testing::Values(
        named_case{"canonical", "UTF8", "UTF8"}, named_case{"lower_case", "utf8", "UTF8"},
        named_case{"hyphen", "utf-8", "UTF8"}, named_case{"asyncpg_quotes", "'utf-8'", "UTF8"},
        named_case{"unicode", "UNICODE", "UTF8"}, named_case{"blanks", " Utf 8 ", "UTF8"},
        named_case{"latin1", "latin1", "LATIN1"}, named_case{"iso_8859_1", "ISO_8859-1", "LATIN1"},
        named_case{"iso_8859_9", "iso-8859-9", "LATIN5"}, named_case{"iso_8859_5", "ISO88595", "ISO_8859_5"},
        named_case{"iso_8859_15", "iso885915", "LATIN9"},
        named_case{"windows_1252", "windows-1252", "WIN1252"}, named_case{"win", "win", "WIN1251"},
        named_case{"alt", "ALT", "WIN866"}, named_case{"abc", "abc", "WIN1258"},
        named_case{"sql_ascii", "sql_ascii", "SQL_ASCII"}, named_case{"sjis", "Shift_JIS", "SJIS"},
        named_case{"sjis_2004", "shift-jis-2004", "SHIFT_JIS_2004"}, named_case{"mskanji", "mskanji", "SJIS"},
        named_case{"mule", "mule-internal", "MULE_INTERNAL"}, named_case{"koi8", "koi8", "KOI8R"},
        named_case{"uhc", "windows949", "UHC"}, named_case{"first_of_the_table", "ABC", "WIN1258"},
        named_case{"last_of_the_table", "WINDOWS950", "BIG5"}, named_case{"empty", "", std::nullopt},
        named_case{"punctuation_only", "''", std::nullopt}, named_case{"unknown", "klingon", std::nullopt},
        named_case{"beginning", "utf", std::nullopt}, named_case{"longer", "utf88", std::nullopt},
        named_case{"ascii", "ascii", std::nullopt}, named_case{"behind_the_table", "zzz", std::nullopt},
        named_case{"high_bytes_are_ignored",
                   "\xffutf\x80"
                   "8",
                   "UTF8"},
        named_case{"sixty_three_bytes", "utf8" + std::string(59, '-'), "UTF8"},
        named_case{"longer_than_a_name", "utf8" + std::string(60, '-'), std::nullopt}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace pgsidecar
