// client_startup from the StartupMessage's way upstream to ReadyForQuery (manual: "Start-up").

#include <vector>

#include "protocol/backend_messages.hpp"
#include "proxy/startup/client_startup.hpp"

namespace pgsidecar {

namespace {

/// Longest password message that PostgreSQL takes (src/backend/libpq/auth.c, PG_MAX_AUTH_TOKEN_LENGTH).
constexpr std::size_t password_limit = 65535;

constexpr byte_view no_channel_hint =
    "Set channel_binding=disable in the client, or pgsidecar's auth.mode to scram-sha-256 or trust, or use "
    "TLS "
    "on one side of pgsidecar only.";

/// The error as cannot_connect_now: a client goes on to its next host.
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
    to_server().borrow(f->raw);
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
        const upstream_startup::reading said = upstream_.read(in.substr(used));
        if (said.what == upstream_startup::event::incomplete) return used;
        on_upstream(said);
        if (!finished()) used += said.message.size();
    }
    return stage_ == stage::ready || wanted_keys() ? used : in.size();
}

void client_startup::on_upstream(const upstream_startup::reading& said) {
    using event = upstream_startup::event;
    switch (said.what) {
        case event::told: return on_told(said.message);
        case event::asked: return on_asked(said.message);
        case event::refused: return on_error(said.message, true);
        case event::no_server: return on_error(said.message, false);
        case event::login_refused: return refuse_login();
        case event::malformed: return end_malformed();
        case event::ready: return on_ready(said.message);
        case event::incomplete:
        case event::answered: return;
    }
}

void client_startup::on_told(const frame& f) {
    const auto type = static_cast<backend>(f.type);
    if (type == backend::authentication) owes_response_ = false;
    if (type == backend::parameter_status) {
        const auto status = read_parameter_status(f.body());
        start_up_.report(status->name, status->value);
    }
    to_client_.borrow(f.raw);
}

void client_startup::on_asked(const frame& f) {
    const auto asked = read_authentication(f.body());
    owes_response_ = true;
    const bool tls = client_.encrypted || upstream_.connection().encrypted;
    if (tls && asked->request == authentication_request::sasl && offer_without_plus(asked->data)) return;
    to_client_.borrow(f.raw);
}

void client_startup::on_error(const frame& f, bool has_server) {
    if (has_server)
        to_client_.borrow(f.raw);
    else
        to_client_.compose([&](std::string& out) { out.append(as_cannot_connect_now(f)); });
    stage_ = stage::finished;
}

void client_startup::on_ready(const frame& f) {
    warn_of_stripped_parameters();
    stage_ = stage::ready;
    upstream_packet_ = {};
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
