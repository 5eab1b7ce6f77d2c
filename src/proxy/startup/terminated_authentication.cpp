// client_startup where authentication ends here: the client is checked, then we log in upstream ourselves.

#include <memory>

#include "proxy/startup/client_startup.hpp"

namespace pgsidecar {

void client_startup::check_client() {
    stage_ = stage::connecting;
    if (options_.authentication == authentication_mode::trust && !client_.local)
        return refuse(
            "28000", "only clients on this machine are let in without a password",
            "Connect through loopback or a Unix socket, or set pgsidecar's auth.mode to scram-sha-256.");
    if (options_.authentication != authentication_mode::scram_sha_256) return;
    client_login_ = std::make_unique<client_login>(identity_.user, *options_.users, client_.certificate_hash);
    client_login_->begin(to_client_);
    stage_ = stage::checking;
}

std::size_t client_startup::on_check_response(byte_view in) {
    const auto f = take_password_message(in, "SASL");
    if (finished()) return in.size();
    if (!f) return 0;
    if (const auto refusal = client_login_->on_response(f->body(), to_client_))
        refuse(refusal->sqlstate, refusal->message, {}, refusal->detail);
    else if (client_login_->done())
        stage_ = stage::connecting;
    return f->size();
}

const std::string& client_startup::upstream_user() const {
    return options_.credentials.user.empty() ? identity_.user : options_.credentials.user;
}

auth::secret_string client_startup::upstream_password() const {
    const upstream_credentials& own = options_.credentials;
    if (!own.password.empty() || !options_.users) return own.password;
    return options_.users->password_of(upstream_user());
}

/// Null where the client logs in itself.
std::unique_ptr<upstream_login> client_startup::own_login(const transport& upstream) const {
    if (!options_.terminates_authentication()) return nullptr;
    return std::make_unique<upstream_login>(upstream_user(), upstream_password(), upstream);
}

/// Not as 28P01: it is not the client's password that is wrong.
void client_startup::refuse_login() {
    refuse(
        "08004",
        "pgsidecar could not log in to the upstream server as user \"" + upstream_user() +
            "\": " + upstream_.login_problem(),
        "These are pgsidecar's own credentials (upstream.user, upstream.password, auth.users_file), not the "
        "client's.");
}

}  // namespace pgsidecar
