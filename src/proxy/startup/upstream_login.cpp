#include "proxy/startup/upstream_login.hpp"

#include <algorithm>

#include "protocol/composer.hpp"
#include "proxy/auth/md5_password.hpp"

namespace pgsidecar {

namespace {

constexpr std::size_t md5_salt_size = 4;

bool offers(const std::vector<byte_view>& mechanisms, byte_view name) {
    return std::ranges::find(mechanisms, name) != mechanisms.end();
}

}  // namespace

bool upstream_login::on_request(const authentication_view& asked, out_batch& to_server) {
    switch (asked.request) {
        case authentication_request::ok: return on_ok();
        case authentication_request::cleartext_password: return send_password(to_server);
        case authentication_request::md5_password: return send_md5(asked.data, to_server);
        case authentication_request::sasl: return begin_sasl(asked.data, to_server);
        case authentication_request::sasl_continue: return continue_sasl(asked.data);
        case authentication_request::sasl_final: return end_sasl(asked.data);
    }
    return fail("it asks for authentication method " + std::to_string(static_cast<unsigned>(asked.request)) +
                ", which pgsidecar does not know");
}

bool upstream_login::on_ok() {
    if (scram_ && at_ != step::server_proved) return fail("it has not proved that it knows the password");
    return true;
}

bool upstream_login::send_password(out_batch& to_server) {
    if (answered()) return fail("it asks for a second password");
    if (!has_plain_password()) return false;
    if (!upstream_.keeps_secrets())
        return fail("it asks for the password in clear text, over a connection without TLS");
    send(password_.reveal(), to_server);
    return true;
}

bool upstream_login::send_md5(byte_view salt, out_batch& to_server) {
    if (answered()) return fail("it asks for a second password");
    if (salt.size() != md5_salt_size) return fail("its request for an MD5 password is malformed");
    if (password_.empty()) return fail("it asks for a password, and pgsidecar has none");
    const auto answer = auth::md5_answer(user_, password_.reveal(), salt);
    if (!answer) return fail("it asks for an MD5 password, and MD5 is switched off on this machine");
    send(answer->reveal(), to_server);
    return true;
}

/// What SCRAM and clear text need.
bool upstream_login::has_plain_password() {
    if (password_.empty()) return fail("it asks for a password, and pgsidecar has none");
    if (auth::is_md5_hash(password_.reveal()))
        return fail("it asks for the password itself, and pgsidecar has an MD5 hash of it");
    return true;
}

void upstream_login::send(byte_view password, out_batch& to_server) {
    std::string composed;
    composed.reserve(password.size() + 16);  // so that it leaves no copies behind
    message_writer(composed, frontend::password).cstr(password);
    sent_ = auth::secret_string(composed);
    auth::wipe(composed);
    to_server.borrow(sent_.reveal());
    at_ = step::password_sent;
}

bool upstream_login::begin_sasl(byte_view list, out_batch& to_server) {
    if (answered()) return fail("it asks for a second password");
    if (!has_plain_password()) return false;
    const auto mechanisms = read_sasl_mechanisms(list);
    if (!mechanisms) return fail("its list of SASL mechanisms is malformed");
    const bool can_bind = !upstream_.certificate_hash.empty();
    const bool plus = can_bind && offers(*mechanisms, auth::scram_sha_256_plus);
    if (!plus && !offers(*mechanisms, auth::scram_sha_256))
        return fail("it offers no SASL mechanism that pgsidecar can use");

    const auth::gs2_flag flag = plus       ? auth::gs2_flag::used
                                : can_bind ? auth::gs2_flag::not_offered
                                           : auth::gs2_flag::unsupported;
    scram_.emplace(password_, auth::scram_client::channel_binding{flag, upstream_.certificate_hash});
    to_server.compose([&](std::string& out) {
        compose_sasl_initial_response(out, plus ? auth::scram_sha_256_plus : auth::scram_sha_256,
                                      scram_->first());
    });
    at_ = step::sasl_begun;
    return true;
}

bool upstream_login::continue_sasl(byte_view message) {
    if (at_ != step::sasl_begun) return fail("its SASL messages are out of order");
    wanted_ = scram_->read_server_first(message);
    if (!wanted_) return fail(std::string(scram_->problem()));
    at_ = step::keys_wanted;
    return true;
}

void upstream_login::on_keys(const auth::scram_keys& keys, out_batch& to_server) {
    wanted_.reset();
    to_server.compose(
        [&](std::string& out) { message_writer(out, frontend::password).bytes(scram_->answer(keys)); });
    at_ = step::sasl_proved;
}

bool upstream_login::end_sasl(byte_view message) {
    if (at_ != step::sasl_proved) return fail("its SASL messages are out of order");
    if (!scram_->on_server_final(message)) return fail(std::string(scram_->problem()));
    at_ = step::server_proved;
    return true;
}

}  // namespace pgsidecar
