#include "proxy/config/conninfo.hpp"

#include "proxy/config/ssl_negotiation.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace pgsidecar::config {
namespace {

using options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

bool is_keyword(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](unsigned char c) { return std::islower(c) || c == '_'; });
}

/// libpq repeats what it does not understand, which may be a piece of the password: of that only the name of
/// an unknown parameter is told, and only where it cannot be anything else.
std::string without_values(std::string_view complaint, std::string_view text) {
    for (const std::string_view start : {"invalid URI query parameter: \"", "invalid connection option \""}) {
        if (!complaint.starts_with(start)) continue;
        const auto name = complaint.substr(start.size(), complaint.find('"', start.size()) - start.size());
        const bool in_password = is_url(text) && text.find('@', text.find(name)) != text.npos;
        if (is_keyword(name) && !in_password) return "unknown parameter '" + std::string(name) + "'";
    }
    const auto end = std::min({complaint.find(": \""), complaint.find(" after \""),
                               complaint.find(" option \""), complaint.find('\n')});
    return std::string(complaint.substr(0, end)) +
           " (a character that means something in a URL is written %XX: / is %2F, @ is %40)";
}

}  // namespace

bool is_conninfo(std::string_view text) {
    return is_url(text) || (text.find('=') != text.npos && !text.starts_with("unix:"));
}

conninfo read_conninfo(std::string_view text) {
    conninfo read;
    std::string for_libpq(text);
    const auto negotiation = take_ssl_negotiation(for_libpq);
    char* complaint = nullptr;
    const options parsed(PQconninfoParse(for_libpq.c_str(), &complaint), PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> freed(complaint, PQfreemem);
    if (!parsed) read.problem = without_values(complaint ? complaint : "out of memory", text);
    for (const auto* each = parsed.get(); each && each->keyword; ++each)
        if (each->val) read.values.emplace(each->keyword, each->val);
    if (negotiation) read.values.emplace("sslnegotiation", *negotiation);
    return read;
}

}  // namespace pgsidecar::config
