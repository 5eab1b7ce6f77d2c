#include "proxy/auth/users_file.hpp"

#include <algorithm>
#include <optional>

namespace pgsidecar::auth {

namespace {

constexpr byte_view blank = " \t\r\f\v";

void skip_blank(byte_view& rest) { rest.remove_prefix(std::min(rest.find_first_not_of(blank), rest.size())); }

/// A text in quotes, which is taken away.
std::optional<secret_string> take_quoted(byte_view& rest) {
    if (!rest.starts_with('"')) return std::nullopt;
    std::string text;
    text.reserve(rest.size());  // so that it leaves no copies behind
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == '"' && rest.substr(at + 1, 1) != "\"") {
            rest.remove_prefix(at + 1);
            secret_string out(text);
            wipe(text);
            return out;
        }
        if (rest[at] == '"') ++at;
        text.push_back(rest[at]);
    }
    wipe(text);
    return std::nullopt;
}

void read_line(byte_view line, std::size_t number, users_file& out) {
    const auto complain = [&](const std::string& what) {
        out.problems.push_back("line " + std::to_string(number) + ": " + what);
    };
    skip_blank(line);
    if (line.empty() || line.starts_with(';')) return;
    const auto name = take_quoted(line);
    if (!name || name->empty()) return complain("a user name in double quotes is expected");
    const std::string user(name->reveal());
    skip_blank(line);
    auto secret = take_quoted(line);
    if (!secret) return complain("behind user \"" + user + "\", a secret in double quotes is expected");
    if (std::ranges::find(out.users, user, &user_line::name) != out.users.end())
        return complain("user \"" + user + "\" stands there twice");
    out.users.push_back({number, user, *std::move(secret)});
}

}  // namespace

users_file read_users_file(byte_view text) {
    users_file out;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        read_line(text.substr(0, end), number, out);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace pgsidecar::auth
