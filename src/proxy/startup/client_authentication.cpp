// client_startup from the StartupMessage's way upstream to ReadyForQuery (manual: "Start-up").

#include <vector>

#include "protocol/backend_messages.hpp"
#include "proxy/startup/client_startup.hpp"

namespace pgsidecar {

namespace {

/// Longest password message that PostgreSQL takes (src/backend/libpq/auth.c, PG_MAX_AUTH_TOKEN_LENGTH).
constexpr std::size_t password_limit = 65535;
/// Longest message of the server's before ReadyForQuery; errors and notices are the only ones of any length.
constexpr std::size_t server_message_limit = 60000;

constexpr byte_view no_channel_hint =
    "Set channel_binding=disable in the client, or pgsidecar's auth.mode to scram-sha-256 or trust, or use "
    "TLS "
    "on one side of pgsidecar only.";

/// pgBouncer could not reach PostgreSQL lately, and says so as a protocol violation, as all that it says.
bool has_no_server(byte_view error_body) {
    return error_field_value(error_body, error_field::sqlstate) == "08P01" &&
           error_field_value(error_body, error_field::message).starts_with("server login has been failing");
}

/// The same error as cannot_connect_now: a client goes on to its next host.
std::string as_cannot_connect_now(const frame& error) {
    const byte_view code = error_field_value(error.body(), error_field::sqlstate);
    std::string out(error.raw);
    return out.replace(static_cast<std::size_t>(code.data() - error.raw.data()), code.size(), "57P03");
}

}  // namespace

/// pgBouncer wants each of these messages in one piece.
std::size_t client_startup::on_password(byte_view in) {
    const auto f = take_password_message(in, "password");
    if (finished()) return in.size();
    if (!f) return 0;
    if (plus_removed_ && misses_plus(f->body())) return f->size();
    plus_removed_ = false;
    to_server_.borrow(f->raw);
    owes_response_ = false;
    return f->size();
}

/// Nothing while it is not whole, or if it is none: then the connection has been refused.
std::optional<frame> client_startup::take_password_message(byte_view in, byte_view expected) {
    const auto f = peek_frame(in);
    if (!f) return std::nullopt;
    if (f->type != static_cast<char>(frontend::password)) {
        const int type = static_cast<unsigned char>(f->type);
        refuse("08P01",
               "expected " + std::string(expected) + " response, got message type " + std::to_string(type));
        return std::nullopt;
    }
    if (!f->valid() || f->body_size() > password_limit) {
        refuse("08P01", "invalid message length");
        return std::nullopt;
    }
    return f->whole() ? f : std::nullopt;
}

std::size_t client_startup::on_server_bytes(byte_view in) {
    std::size_t used = 0;
    while (stage_ == stage::authenticating && !wanted_keys()) {
        const auto f = peek_frame(in.substr(used));
        if (!f) return used;
        if (!f->valid() || f->size() > server_message_limit) {
            end_malformed();
            break;
        }
        if (!f->whole()) return used;
        on_backend(*f);
        used += f->size();
    }
    return stage_ == stage::ready || wanted_keys() ? used : in.size();
}

/// Up to AuthenticationOk the upstream may ask, refuse and give notice; all else would skip what it has to
/// prove.
bool client_startup::comes_too_early(backend type) const {
    return !logged_in_ && (type == backend::parameter_status || type == backend::backend_key_data ||
                           type == backend::ready_for_query);
}

void client_startup::on_backend(const frame& f) {
    if (comes_too_early(static_cast<backend>(f.type))) return end_malformed();
    switch (static_cast<backend>(f.type)) {
        case backend::authentication: return on_authentication(f);
        case backend::parameter_status: on_parameter_status(f.body()); break;
        case backend::backend_key_data: on_backend_key_data(f.body()); break;
        case backend::notice_response: break;
        case backend::error_response:
            if (has_no_server(f.body())) {
                to_client_.compose([&](std::string& out) { out.append(as_cannot_connect_now(f)); });
                stage_ = stage::finished;
                return;
            }
            if (refuses_login(f.body()))
                return refuse_login(std::string(error_field_value(f.body(), error_field::message)));
            to_client_.borrow(f.raw);
            stage_ = stage::finished;
            return;
        case backend::negotiate_protocol_version:
            if (!options_.negotiates_protocol) return end_malformed();
            break;
        case backend::ready_for_query:
            if (f.body_size() != 1) return end_malformed();
            warn_of_stripped_parameters();
            stage_ = stage::ready;
            upstream_packet_ = {};
            break;
        default: return end_malformed();
    }
    if (!finished()) to_client_.borrow(f.raw);
}

void client_startup::on_authentication(const frame& f) {
    const auto asked = read_authentication(f.body());
    if (!asked || logged_in_) return end_malformed();
    logged_in_ = asked->request == authentication_request::ok;
    if (terminates()) log_in(*asked);
    if (finished() || (terminates() && !logged_in_)) return;
    owes_response_ = !logged_in_ && asked->request != authentication_request::sasl_final;
    const bool tls = client_.encrypted || upstream_.encrypted;
    if (tls && asked->request == authentication_request::sasl && offer_without_plus(asked->data)) return;
    to_client_.borrow(f.raw);
}

/// Where TLS ends here, the two ends of SCRAM see other channels, or one sees none. False if there is nothing
/// to leave out.
bool client_startup::offer_without_plus(byte_view list) {
    auto mechanisms = read_sasl_mechanisms(list);
    if (!mechanisms || std::erase(*mechanisms, auth::scram_sha_256_plus) == 0) return false;
    plus_removed_ = true;
    if (mechanisms->empty())
        refuse("28000", "the upstream server insists on SCRAM channel binding, which cannot pass pgsidecar",
               no_channel_hint);
    else
        to_client_.compose([&](std::string& out) {
            compose_authentication(out, authentication_request::sasl, sasl_mechanism_list(*mechanisms));
        });
    return true;
}

/// A client that could bind, and thinks that the server cannot: the server would take that for an attack.
bool client_startup::misses_plus(byte_view password_body) {
    const auto initial = read_sasl_initial_response(password_body);
    if (!initial || !initial->data.starts_with(static_cast<char>(auth::gs2_flag::not_offered))) return false;
    refuse("28000", "SCRAM channel binding cannot pass pgsidecar, where the client's TLS connection ends",
           no_channel_hint);
    return true;
}

void client_startup::on_parameter_status(byte_view body) {
    const auto status = read_parameter_status(body);
    if (!status) return end_malformed();
    if (status->name == "client_encoding") client_encoding_ = status->value;
    if (status->name == "standard_conforming_strings") standard_conforming_strings_ = status->value;
    start_up_.report(status->name, status->value);
}

void client_startup::on_backend_key_data(byte_view body) {
    const auto key = read_backend_key_data(body);
    if (!key) return end_malformed();
    backend_key_ = {key->process_id, std::string(key->secret_key)};
}

/// In front of ReadyForQuery, since older libpq takes no notice before it is authenticated.
void client_startup::warn_of_stripped_parameters() {
    if (stripped_.empty()) return;
    std::string message =
        stripped_.size() == 1 ? "ignored startup parameter: " : "ignored startup parameters: ";
    for (const std::string& name : stripped_)
        message.append(&name == &stripped_.front() ? "" : ", ").append(name);
    to_client_.compose([&](std::string& out) {
        compose_notice(
            out,
            {.severity = "WARNING",
             .sqlstate = "01000",
             .message = message,
             .hint = "A transaction pooler has no server on which they could be kept for this client. Set "
                     "them with ALTER ROLE or ALTER DATABASE, or in each transaction with SET LOCAL."});
    });
}

void client_startup::end_malformed() {
    refuse("08P01", "invalid message from the upstream server during start-up");
}

}  // namespace pgsidecar
