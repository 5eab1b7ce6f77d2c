// client_startup from the StartupMessage's way upstream to ReadyForQuery (manual: "Start-up").

#include "protocol/backend_messages.hpp"
#include "protocol/field_reader.hpp"
#include "proxy/session/client_startup.hpp"

namespace pgsidecar {

namespace {

/// Longest password message that PostgreSQL takes (src/backend/libpq/auth.c, PG_MAX_AUTH_TOKEN_LENGTH).
constexpr std::size_t password_limit = 65535;
/// Longest message of the server's before ReadyForQuery; errors and notices are the only ones of any length.
constexpr std::size_t server_message_limit = 60000;

/// Authentication requests that the client does not answer.
constexpr std::uint32_t authentication_ok = 0;
constexpr std::uint32_t authentication_sasl_final = 12;

}  // namespace

/// pgBouncer wants each of these messages in one piece.
std::size_t client_startup::on_password(byte_view in) {
    const auto f = peek_frame(in);
    if (!f) return 0;
    if (f->type != static_cast<char>(frontend::password)) {
        const int type = static_cast<unsigned char>(f->type);
        refuse("08P01", "expected password response, got message type " + std::to_string(type));
        return in.size();
    }
    if (!f->valid() || f->body_size() > password_limit) {
        refuse("08P01", "invalid message length");
        return in.size();
    }
    if (!f->whole()) return 0;
    to_server_.borrow(f->raw);
    owes_response_ = false;
    return f->size();
}

std::size_t client_startup::on_server_bytes(byte_view in) {
    std::size_t used = 0;
    while (stage_ == stage::authenticating) {
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
    return stage_ == stage::ready ? used : in.size();
}

void client_startup::on_backend(const frame& f) {
    switch (static_cast<backend>(f.type)) {
        case backend::authentication: on_authentication(f.body()); break;
        case backend::parameter_status: on_parameter_status(f.body()); break;
        case backend::backend_key_data: on_backend_key_data(f.body()); break;
        case backend::notice_response: break;
        case backend::error_response: stage_ = stage::finished; break;
        case backend::negotiate_protocol_version:
            if (!options_.negotiates_protocol) return end_malformed();
            break;
        case backend::ready_for_query:
            if (f.body_size() != 1) return end_malformed();
            warn_of_stripped_parameters();
            stage_ = stage::ready;
            break;
        default: return end_malformed();
    }
    if (stage_ != stage::finished || f.type == static_cast<char>(backend::error_response))
        to_client_.borrow(f.raw);
}

void client_startup::on_authentication(byte_view body) {
    field_reader in(body);
    const std::uint32_t request = in.u32();
    if (!in.ok()) return end_malformed();
    owes_response_ = request != authentication_ok && request != authentication_sasl_final;
}

void client_startup::on_parameter_status(byte_view body) {
    const auto status = read_parameter_status(body);
    if (!status) return end_malformed();
    if (status->name == "client_encoding") client_encoding_ = status->value;
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
