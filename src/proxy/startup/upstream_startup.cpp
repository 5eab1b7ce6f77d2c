#include "proxy/startup/upstream_startup.hpp"

#include <utility>

#include "protocol/authentication_messages.hpp"
#include "protocol/backend_messages.hpp"
#include "protocol/startup_messages.hpp"

namespace pgsidecar {

namespace {

/// Longest message before ReadyForQuery; errors and notices are the only ones of any length.
constexpr std::size_t message_limit = 60000;

/// pgBouncer could not reach PostgreSQL lately, and says so as a protocol violation, as all that it says.
bool has_no_server(byte_view error_body) {
    return error_field_value(error_body, error_field::sqlstate) == "08P01" &&
           error_field_value(error_body, error_field::message).starts_with("server login has been failing");
}

}  // namespace

void upstream_startup::begin(byte_view startup_message, transport upstream,
                             std::unique_ptr<upstream_login> login) {
    connection_ = std::move(upstream);
    login_ = std::move(login);
    to_server_.compose([&](std::string& out) { out.append(startup_message); });
}

upstream_startup::reading upstream_startup::read(byte_view in) {
    const auto f = peek_frame(in);
    if (!f) return {};
    if (!f->valid() || f->size() > message_limit) return {.what = event::malformed};
    if (!f->whole()) return {};
    return {.what = on_message(*f), .message = *f};
}

/// Up to AuthenticationOk the upstream may ask, refuse and give notice; all else would skip what it has to
/// prove.
bool upstream_startup::comes_too_early(backend type) const {
    return !logged_in_ && (type == backend::parameter_status || type == backend::backend_key_data ||
                           type == backend::ready_for_query);
}

upstream_startup::event upstream_startup::on_message(const frame& f) {
    const auto type = static_cast<backend>(f.type);
    if (comes_too_early(type)) return event::malformed;
    switch (type) {
        case backend::authentication: return on_authentication(f.body());
        case backend::parameter_status: return on_parameter_status(f.body());
        case backend::backend_key_data: return on_backend_key_data(f.body());
        case backend::notice_response: return event::told;
        case backend::error_response: return on_error(f.body());
        case backend::negotiate_protocol_version:
            return negotiates_protocol_ ? event::told : event::malformed;
        case backend::ready_for_query: return f.body_size() == 1 ? event::ready : event::malformed;
        default: return event::malformed;
    }
}

upstream_startup::event upstream_startup::on_authentication(byte_view body) {
    const auto asked = read_authentication(body);
    if (!asked || logged_in_) return event::malformed;
    logged_in_ = asked->request == authentication_request::ok;
    if (login_ && !login_->on_request(*asked, to_server_)) return refuse_login(login_->problem());
    if (logged_in_) return event::told;
    if (login_) return event::answered;
    return asked->request == authentication_request::sasl_final ? event::told : event::asked;
}

upstream_startup::event upstream_startup::on_parameter_status(byte_view body) {
    const auto status = read_parameter_status(body);
    if (!status) return event::malformed;
    if (status->name == "client_encoding") client_encoding_ = status->value;
    if (status->name == "standard_conforming_strings") standard_conforming_strings_ = status->value;
    return event::told;
}

upstream_startup::event upstream_startup::on_backend_key_data(byte_view body) {
    const auto key = read_backend_key_data(body);
    if (!key) return event::malformed;
    backend_key_ = {key->process_id, std::string(key->secret_key)};
    return event::told;
}

/// Whether it is about our credentials. pgBouncer gives all of its errors the SQLSTATE of a protocol
/// violation.
upstream_startup::event upstream_startup::on_error(byte_view body) {
    if (has_no_server(body)) return event::no_server;
    const bool may_be_ours = login_ && !logged_in_;
    const bool is_ours = may_be_ours && (login_->answered() ||
                                         error_field_value(body, error_field::sqlstate).starts_with("28"));
    return is_ours ? refuse_login(std::string(error_field_value(body, error_field::message)))
                   : event::refused;
}

upstream_startup::event upstream_startup::refuse_login(std::string problem) {
    login_problem_ = std::move(problem);
    return event::login_refused;
}

}  // namespace pgsidecar
