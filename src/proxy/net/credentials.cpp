#include "proxy/net/credentials.hpp"

#include <stdexcept>

#include "proxy/auth/md5_password.hpp"
#include "proxy/net/secret_file.hpp"

namespace pgsidecar::net {

namespace {

const std::string users_key = "auth.users_file";

authentication_mode mode_of(config::auth_mode setting) {
    switch (setting) {
        case config::auth_mode::pass_through: return authentication_mode::pass_through;
        case config::auth_mode::trust: return authentication_mode::trust;
        case config::auth_mode::scram_sha_256: return authentication_mode::scram_sha_256;
    }
    return authentication_mode::pass_through;
}

upstream_credentials read_credentials(const config::upstream_settings& from) {
    return {.user = from.user,
            .database = from.database,
            .password = from.password_file.empty()
                            ? auth::secret_string(from.password)
                            : read_secret_line("upstream.password_file", from.password_file)};
}

/// One for the life of the process: what is salted with it has the same salt after a reload.
const auth::secret_string& mock_key() {
    static const auth::secret_string key(auth::random_bytes(auth::sha256_size));
    return key;
}

/// A hash of MD5 checks no client, but pgsidecar can log in with it.
void refuse_md5(auth::users_file& file) {
    for (const auth::user_line& user : file.users)
        if (auth::is_md5_hash(user.secret.reveal()))
            file.problems.push_back("line " + std::to_string(user.line) + ": user \"" + user.name +
                                    "\" has an MD5 hash, which SCRAM-SHA-256 cannot use");
}

std::shared_ptr<const auth::users> read_users(const config::auth_settings& from) {
    if (from.users_file.empty()) return nullptr;
    auth::users_file file = auth::read_users_file(read_secret_file(users_key, from.users_file).reveal());
    if (from.mode == config::auth_mode::scram_sha_256) refuse_md5(file);
    if (!file.problems.empty())
        throw std::runtime_error(users_key + ": " + from.users_file + ", " + file.problems.front());
    return std::make_shared<const auth::users>(std::move(file), mock_key());
}

}  // namespace

void read_authentication(const config::settings& from, startup_options& to) {
    to.authentication = mode_of(from.auth.mode);
    if (to.authentication == authentication_mode::pass_through) return;
    to.credentials = read_credentials(from.upstream);
    to.users = read_users(from.auth);
}

std::vector<std::string> authentication_files(const config::settings& from) {
    if (from.auth.mode == config::auth_mode::pass_through) return {};
    return {from.upstream.password_file, from.auth.users_file};
}

}  // namespace pgsidecar::net
