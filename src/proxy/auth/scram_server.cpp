#include "proxy/auth/scram_server.hpp"

#include "proxy/auth/base64.hpp"

namespace pgsidecar::auth {

namespace {

sasl_refusal malformed(byte_view detail) { return {"08P01", "malformed SCRAM message", detail}; }

scram_secret secret_or_mock(const scram_secret* secret, byte_view mock_key, byte_view user) {
    if (secret != nullptr) return *secret;
    scram_secret mock;
    mock.salt = mock_scram_salt(mock_key, user);
    return mock;
}

}  // namespace

scram_server::scram_server(std::string user, const scram_secret* secret, byte_view mock_key,
                           std::string certificate_hash, std::string nonce)
    : user_(std::move(user)),
      certificate_hash_(std::move(certificate_hash)),
      secret_(secret_or_mock(secret, mock_key, user_)),
      exists_(secret != nullptr),
      nonce_(std::move(nonce)) {}

std::string scram_server::mechanisms() const {
    std::string names;
    if (!certificate_hash_.empty()) names.append(scram_sha_256_plus).push_back('\0');
    names.append(scram_sha_256).append(2, '\0');
    return names;
}

sasl_step scram_server::on_client_first(byte_view mechanism, byte_view message) {
    byte_view rest = message;
    if (auto refusal = read_gs2_header(mechanism, rest)) return *std::move(refusal);
    gs2_header_ = message.substr(0, message.size() - rest.size());
    first_bare_ = rest;
    if (rest.starts_with("m="))
        return sasl_refusal{"0A000", "client requires an unsupported SCRAM extension"};
    scram_reader in(rest);
    in.attribute('n');
    const byte_view client_nonce = in.attribute('r');
    in.skip_extensions();
    if (!in.ok()) return malformed("The attributes of the client's first message are not those of SCRAM.");
    if (!is_scram_nonce(client_nonce)) return malformed("The nonce has characters that are not printable.");
    nonce_ = std::string(client_nonce) + nonce_;
    server_first_ = "r=" + nonce_ + ",s=" + base64(secret_.salt) + ",i=" + std::to_string(secret_.iterations);
    return server_first_;
}

/// `rest` is what stands behind it.
std::optional<sasl_refusal> scram_server::read_gs2_header(byte_view mechanism, byte_view& rest) {
    const bool plus = mechanism == scram_sha_256_plus && !certificate_hash_.empty();
    if (!plus && mechanism != scram_sha_256)
        return sasl_refusal{"08P01", "client selected an invalid SASL authentication mechanism"};
    const std::string bound = "p=" + std::string(tls_server_end_point);
    const byte_view flag = rest.substr(0, rest.find(','));
    if (flag != "n" && flag != "y" && flag != bound)
        return malformed("The client's word on channel binding is none that is known.");
    if (plus != (flag == bound))
        return malformed("The mechanism and the client's word on channel binding do not agree.");
    if (flag == "y" && !certificate_hash_.empty())
        return sasl_refusal{"28000", "SCRAM channel binding negotiation error",
                            "The client supports SCRAM channel binding but thinks the server does not.  "
                            "However, this server does support channel binding."};
    rest.remove_prefix(flag.size());
    if (rest.starts_with(",a="))
        return sasl_refusal{"0A000", "client uses authorization identity, but it is not supported"};
    if (!rest.starts_with(",,")) return malformed("A comma is missing behind the word on channel binding.");
    rest.remove_prefix(2);
    binds_channel_ = plus;
    return std::nullopt;
}

sasl_step scram_server::on_client_final(byte_view message) {
    scram_reader in(message);
    const byte_view bound = in.attribute('c');
    const byte_view nonce = in.attribute('r');
    const std::size_t proof_at = message.rfind(",p=");
    if (!in.ok() || proof_at == byte_view::npos)
        return malformed("The attributes of the client's last message are not those of SCRAM.");
    if (nonce != nonce_) return sasl_refusal{"08P01", "invalid SCRAM response", "Nonce does not match."};
    if (bound != base64(gs2_header_ + (binds_channel_ ? certificate_hash_ : "")))
        return binds_channel_ ? sasl_refusal{"28000", "SCRAM channel binding check failed"}
                              : malformed("The client's word on channel binding has changed.");

    const std::string exchanged =
        first_bare_ + "," + server_first_ + "," + std::string(message.substr(0, proof_at));
    if (!proves_password(message.substr(proof_at + 3), exchanged))
        return sasl_refusal{"28P01", "password authentication failed for user \"" + user_ + "\""};
    return "v=" + base64(hmac_sha256(secret_.server_key.view(), exchanged).view());
}

/// Takes the same time whether there is such a user or not.
bool scram_server::proves_password(byte_view proof, const std::string& exchanged) const {
    const auto decoded = read_base64(proof);
    if (!decoded || decoded->size() != sha256_size) return false;
    sha256_value client_key;
    decoded->copy(reinterpret_cast<char*>(client_key.data()), sha256_size);
    client_key = client_key ^ hmac_sha256(secret_.stored_key.view(), exchanged);
    const bool fits = sha256(client_key.view()) == secret_.stored_key;
    return fits && exists_;
}

}  // namespace pgsidecar::auth
