#include "proxy/auth/users.hpp"

#include <utility>

#include "proxy/auth/md5_password.hpp"

namespace pgsidecar::auth {

users::users(users_file file, secret_string mock_key) : mock_key_(std::move(mock_key)) {
    for (user_line& line : file.users) {
        entry read = read_entry(line);
        entries_.emplace(std::move(line.name), std::move(read));
    }
}

users::entry users::read_entry(user_line& from) const {
    if (from.secret.empty()) return {};
    if (is_md5_hash(from.secret.reveal())) return {std::move(from.secret), std::nullopt};
    if (auto secret = read_scram_secret(from.secret.reveal())) return {{}, std::move(secret)};
    scram_secret made =
        make_scram_secret(from.secret.reveal(), mock_scram_salt(mock_key_.reveal(), from.name));
    return {std::move(from.secret), std::move(made)};
}

const scram_secret* users::scram_secret_of(const std::string& user) const {
    const auto found = entries_.find(user);
    return found != entries_.end() && found->second.secret ? &*found->second.secret : nullptr;
}

secret_string users::password_of(const std::string& user) const {
    const auto found = entries_.find(user);
    return found == entries_.end() ? secret_string() : found->second.password;
}

}  // namespace pgsidecar::auth
