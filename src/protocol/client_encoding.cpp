#include "protocol/client_encoding.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace pgsidecar {

namespace {

struct encoding_name {
    byte_view alias;
    byte_view canonical;
};

constexpr std::array encoding_names = {
    encoding_name{"abc", "WIN1258"},
    encoding_name{"alt", "WIN866"},
    encoding_name{"big5", "BIG5"},
    encoding_name{"euccn", "EUC_CN"},
    encoding_name{"eucjis2004", "EUC_JIS_2004"},
    encoding_name{"eucjp", "EUC_JP"},
    encoding_name{"euckr", "EUC_KR"},
    encoding_name{"euctw", "EUC_TW"},
    encoding_name{"gb18030", "GB18030"},
    encoding_name{"gbk", "GBK"},
    encoding_name{"iso88591", "LATIN1"},
    encoding_name{"iso885910", "LATIN6"},
    encoding_name{"iso885913", "LATIN7"},
    encoding_name{"iso885914", "LATIN8"},
    encoding_name{"iso885915", "LATIN9"},
    encoding_name{"iso885916", "LATIN10"},
    encoding_name{"iso88592", "LATIN2"},
    encoding_name{"iso88593", "LATIN3"},
    encoding_name{"iso88594", "LATIN4"},
    encoding_name{"iso88595", "ISO_8859_5"},
    encoding_name{"iso88596", "ISO_8859_6"},
    encoding_name{"iso88597", "ISO_8859_7"},
    encoding_name{"iso88598", "ISO_8859_8"},
    encoding_name{"iso88599", "LATIN5"},
    encoding_name{"johab", "JOHAB"},
    encoding_name{"koi8", "KOI8R"},
    encoding_name{"koi8r", "KOI8R"},
    encoding_name{"koi8u", "KOI8U"},
    encoding_name{"latin1", "LATIN1"},
    encoding_name{"latin10", "LATIN10"},
    encoding_name{"latin2", "LATIN2"},
    encoding_name{"latin3", "LATIN3"},
    encoding_name{"latin4", "LATIN4"},
    encoding_name{"latin5", "LATIN5"},
    encoding_name{"latin6", "LATIN6"},
    encoding_name{"latin7", "LATIN7"},
    encoding_name{"latin8", "LATIN8"},
    encoding_name{"latin9", "LATIN9"},
    encoding_name{"mskanji", "SJIS"},
    encoding_name{"muleinternal", "MULE_INTERNAL"},
    encoding_name{"shiftjis", "SJIS"},
    encoding_name{"shiftjis2004", "SHIFT_JIS_2004"},
    encoding_name{"sjis", "SJIS"},
    encoding_name{"sqlascii", "SQL_ASCII"},
    encoding_name{"tcvn", "WIN1258"},
    encoding_name{"tcvn5712", "WIN1258"},
    encoding_name{"uhc", "UHC"},
    encoding_name{"unicode", "UTF8"},
    encoding_name{"utf8", "UTF8"},
    encoding_name{"vscii", "WIN1258"},
    encoding_name{"win", "WIN1251"},
    encoding_name{"win1250", "WIN1250"},
    encoding_name{"win1251", "WIN1251"},
    encoding_name{"win1252", "WIN1252"},
    encoding_name{"win1253", "WIN1253"},
    encoding_name{"win1254", "WIN1254"},
    encoding_name{"win1255", "WIN1255"},
    encoding_name{"win1256", "WIN1256"},
    encoding_name{"win1257", "WIN1257"},
    encoding_name{"win1258", "WIN1258"},
    encoding_name{"win866", "WIN866"},
    encoding_name{"win874", "WIN874"},
    encoding_name{"win932", "SJIS"},
    encoding_name{"win936", "GBK"},
    encoding_name{"win949", "UHC"},
    encoding_name{"win950", "BIG5"},
    encoding_name{"windows1250", "WIN1250"},
    encoding_name{"windows1251", "WIN1251"},
    encoding_name{"windows1252", "WIN1252"},
    encoding_name{"windows1253", "WIN1253"},
    encoding_name{"windows1254", "WIN1254"},
    encoding_name{"windows1255", "WIN1255"},
    encoding_name{"windows1256", "WIN1256"},
    encoding_name{"windows1257", "WIN1257"},
    encoding_name{"windows1258", "WIN1258"},
    encoding_name{"windows866", "WIN866"},
    encoding_name{"windows874", "WIN874"},
    encoding_name{"windows932", "SJIS"},
    encoding_name{"windows936", "GBK"},
    encoding_name{"windows949", "UHC"},
    encoding_name{"windows950", "BIG5"},
};
static_assert(std::ranges::is_sorted(encoding_names, {}, &encoding_name::alias));

/// Longest name plus one that PostgreSQL looks up (NAMEDATALEN).
constexpr std::size_t name_limit = 64;

std::string simplified(byte_view name) {
    std::string out;
    for (const char c : name) {
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out.push_back(c);
        if (c >= 'A' && c <= 'Z') out.push_back(static_cast<char>(c - 'A' + 'a'));
    }
    return out;
}

}  // namespace

std::optional<byte_view> canonical_client_encoding(byte_view name) {
    if (name.size() >= name_limit) return std::nullopt;
    const std::string alias = simplified(name);
    const auto found = std::ranges::lower_bound(encoding_names, byte_view(alias), {}, &encoding_name::alias);
    if (found == encoding_names.end() || found->alias != alias) return std::nullopt;
    return found->canonical;
}

}  // namespace pgsidecar
