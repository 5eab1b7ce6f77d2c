#include "proxy/startup/client_login.hpp"

#include <variant>

#include "protocol/authentication_messages.hpp"

namespace pgsidecar {

void client_login::begin(out_batch& to_client) const {
    to_client.compose([&](std::string& out) {
        compose_authentication(out, authentication_request::sasl, scram_.mechanisms());
    });
}

std::optional<auth::sasl_refusal> client_login::on_response(byte_view body, out_batch& to_client) {
    const auth::sasl_step next = take(body);
    if (const auto* refusal = std::get_if<auth::sasl_refusal>(&next)) return *refusal;
    const bool first = at_ == step::initial;
    to_client.compose([&](std::string& out) {
        compose_authentication(
            out, first ? authentication_request::sasl_continue : authentication_request::sasl_final,
            std::get<std::string>(next));
    });
    at_ = first ? step::response : step::done;
    return std::nullopt;
}

auth::sasl_step client_login::take(byte_view body) {
    if (at_ == step::response) return scram_.on_client_final(body);
    const auto initial = read_sasl_initial_response(body);
    if (!initial) return auth::sasl_refusal{"08P01", "malformed SASL initial response"};
    return scram_.on_client_first(initial->mechanism, initial->data);
}

}  // namespace pgsidecar
