#include "proxy/auth/scram_client.hpp"

#include "proxy/auth/base64.hpp"

namespace pgsidecar::auth {

namespace {

std::string gs2_header(gs2_flag flag) {
    std::string header(1, static_cast<char>(flag));
    if (flag == gs2_flag::used) header.append("=").append(tls_server_end_point);
    return header + ",,";
}

}  // namespace

scram_client::scram_client(secret_string password, const channel_binding& binding, std::string nonce,
                           byte_view name)
    : password_(std::move(password)),
      gs2_header_(gs2_header(binding.flag)),
      bound_(base64(gs2_header_ + (binding.flag == gs2_flag::used ? binding.certificate_hash : ""))),
      nonce_(std::move(nonce)),
      first_bare_("n=" + std::string(name) + ",r=" + nonce_) {}

std::optional<scram_key_request> scram_client::read_server_first(byte_view message) {
    scram_reader in(message);
    const byte_view nonce = in.attribute('r');
    const auto salt = read_base64(in.attribute('s'));
    const byte_view count = in.attribute('i');
    in.skip_extensions();
    if (!in.ok() || !salt || salt->empty() || !is_scram_nonce(nonce)) return fail("malformed SCRAM message");
    if (!nonce.starts_with(nonce_) || nonce.size() == nonce_.size())
        return fail("the nonce of the SCRAM message is not an answer to ours");
    const auto iterations = read_scram_iterations(count);
    if (!iterations) return fail("SCRAM iteration count out of range: 1 to 1000000 are accepted");
    server_first_ = message;
    final_bare_ = "c=" + bound_ + ",r=" + std::string(nonce);
    return scram_key_request{password_, *salt, *iterations};
}

std::string scram_client::answer(const scram_keys& keys) {
    const std::string exchanged = first_bare_ + "," + server_first_ + "," + final_bare_;
    const sha256_value proof = keys.client ^ hmac_sha256(keys.stored.view(), exchanged);
    server_signature_ = hmac_sha256(keys.server.view(), exchanged);
    answered_ = true;
    return final_bare_ + ",p=" + base64(proof.view());
}

std::optional<std::string> scram_client::on_server_first(byte_view message) {
    const auto wanted = read_server_first(message);
    if (!wanted) return std::nullopt;
    return answer(derive_scram_keys(wanted->password.reveal(), wanted->salt, wanted->iterations));
}

bool scram_client::on_server_final(byte_view message) {
    scram_reader in(message);
    const auto signature = read_base64(in.attribute('v'));
    in.skip_extensions();
    const bool right =
        in.ok() && answered_ && signature && equal_in_constant_time(*signature, server_signature_.view());
    if (!right) problem_ = "its SCRAM signature is wrong: the server does not know the password";
    return right;
}

}  // namespace pgsidecar::auth
