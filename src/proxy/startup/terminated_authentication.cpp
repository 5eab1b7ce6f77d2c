// client_startup where authentication ends here: the client is checked, then we log in upstream ourselves.

#include <algorithm>

#include "protocol/backend_messages.hpp"
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

/// The client's database is named by its user if nothing else names it, and goes on to be that.
void client_startup::substitute_credentials() {
    const auto set = [this](byte_view name, byte_view value) {
        const auto found = std::ranges::find(for_upstream_, name, &startup_parameter::name);
        if (found == for_upstream_.end())
            for_upstream_.push_back({name, value});
        else
            found->value = value;
    };
    const upstream_credentials& own = options_.credentials;
    if (!own.database.empty())
        set("database", own.database);
    else if (!own.user.empty())
        set("database", identity_.database);
    if (!own.user.empty()) set("user", own.user);
}

const std::string& client_startup::upstream_user() const {
    return options_.credentials.user.empty() ? identity_.user : options_.credentials.user;
}

auth::secret_string client_startup::upstream_password() const {
    const upstream_credentials& own = options_.credentials;
    if (!own.password.empty() || !options_.users) return own.password;
    return options_.users->password_of(upstream_user());
}

void client_startup::log_in(const authentication_view& asked) {
    if (!upstream_login_->on_request(asked, to_server_)) refuse_login(upstream_login_->problem());
}

const auth::scram_key_request* client_startup::wanted_keys() const {
    return upstream_login_ && !finished() ? upstream_login_->wanted_keys() : nullptr;
}

void client_startup::on_keys(const auth::scram_keys& keys) { upstream_login_->on_keys(keys, to_server_); }

/// Whether it is about our credentials. pgBouncer gives all of its errors the SQLSTATE of a protocol
/// violation.
bool client_startup::refuses_login(byte_view error_body) const {
    if (!terminates() || logged_in_) return false;
    return upstream_login_->answered() ||
           error_field_value(error_body, error_field::sqlstate).starts_with("28");
}

/// Not as 28P01: it is not the client's password that is wrong.
void client_startup::refuse_login(std::string problem) {
    login_problem_ = std::move(problem);
    refuse(
        "08004",
        "pgsidecar could not log in to the upstream server as user \"" + upstream_user() +
            "\": " + login_problem_,
        "These are pgsidecar's own credentials (upstream.user, upstream.password, auth.users_file), not the "
        "client's.");
}

}  // namespace pgsidecar
