#include "proxy/startup/client_startup.hpp"

#include <utility>

#include "protocol/backend_messages.hpp"

namespace pgsidecar {

std::size_t client_startup::on_client_bytes(byte_view in) {
    std::size_t used = 0;
    while (stage_ == stage::opening) {
        const std::size_t n = on_packet(in.substr(used));
        if (n == 0) break;
        used += n;
    }
    if (stage_ == stage::encrypting && used < in.size()) {
        refuse("08P01", "received unencrypted data after SSL request");
        return in.size();
    }
    while (stage_ == stage::checking) {
        const std::size_t n = on_check_response(in.substr(used));
        if (n == 0) break;
        used += n;
    }
    if (stage_ == stage::authenticating && owes_response_) used += on_password(in.substr(used));
    return used;
}

std::size_t client_startup::on_packet(byte_view in) {
    const auto size = peek_startup_packet_size(in);
    if (!size) return 0;
    if (*size < startup_packet_minimum || *size > startup_packet_limit) {
        refuse("08P01", "invalid length of startup packet");
        return in.size();
    }
    if (in.size() < *size) return 0;

    const byte_view packet = in.substr(0, *size);
    const startup_packet read = read_startup_packet(packet);
    if (const auto* startup = std::get_if<startup_view>(&read)) on_startup(*startup);
    if (const auto* cancel = std::get_if<cancel_view>(&read)) on_cancel(packet, *cancel);
    if (std::holds_alternative<ssl_request>(read)) answer_ssl_request();
    if (std::holds_alternative<gssenc_request>(read)) answer_gssenc_request();
    if (std::holds_alternative<malformed_packet>(read))
        refuse("08P01", "invalid length of cancel request packet");
    return *size;
}

/// A client that asks again is told what PostgreSQL tells it: that this is no protocol version.
void client_startup::answer_ssl_request() {
    if (ssl_asked_) return refuse_protocol(startup_request_code, ssl_request::code);
    ssl_asked_ = true;
    if (!encryption_.offered) return answer_request('N');
    answer_request('S');
    stage_ = stage::encrypting;
}

void client_startup::answer_gssenc_request() {
    if (gssenc_asked_ || client_.encrypted)
        return refuse_protocol(startup_request_code, gssenc_request::code);
    gssenc_asked_ = true;
    answer_request('N');
}

void client_startup::answer_request(char answer) {
    to_client_.compose([=](std::string& out) { out.push_back(answer); });
}

void client_startup::on_encrypted(std::string certificate_hash) {
    client_.encrypted = true;
    client_.certificate_hash = std::move(certificate_hash);
    ssl_asked_ = true;
    stage_ = stage::opening;
}

void client_startup::refuse_protocol(std::uint16_t major, std::uint16_t minor) {
    refuse("0A000", "unsupported frontend protocol " + std::to_string(major) + "." + std::to_string(minor) +
                        ": server supports 3.0 to 3.0");
}

void client_startup::on_cancel(byte_view packet, const cancel_view& cancel) {
    cancel_packet_ = packet;
    cancelled_ = {cancel.process_id, std::string(cancel.secret_key)};
    stage_ = stage::cancelling;
}

void client_startup::on_startup(const startup_view& startup) {
    if (startup.major != 3) return refuse_protocol(startup.major, startup.minor);
    if (!startup.parameters)
        return refuse("08P01", "invalid startup packet layout: expected terminator as last byte");
    if (encryption_.required && !client_.encrypted)
        return refuse("28000", "connection requires SSL", "Connect with sslmode=require or above.");
    negotiate(startup);
    startup_request request(options_);
    const auto refused = request.take(startup);
    identity_ = request.identity();
    if (refused) return refuse(refused->sqlstate, refused->message, refused->hint);
    stripped_ = request.stripped();
    start_up_ = std::move(request.start_up());
    upstream_packet_ = request.for_upstream();
    check_client();
}

void client_startup::negotiate(const startup_view& startup) {
    if (options_.negotiates_protocol) return;
    std::vector<byte_view> unknown;
    for (const startup_parameter& parameter : *startup.parameters)
        if (is_protocol_option(parameter.name)) unknown.push_back(parameter.name);
    if (startup.minor == 0 && unknown.empty()) return;
    to_client_.compose([&](std::string& out) { compose_negotiate_protocol_version(out, unknown); });
}

void client_startup::on_connected(transport upstream) {
    auto login = own_login(upstream);
    upstream_.begin(upstream_packet_, std::move(upstream), std::move(login));
    stage_ = stage::authenticating;
}

void client_startup::refuse(byte_view sqlstate, byte_view message, byte_view hint, byte_view detail) {
    if (stage_ == stage::finished) return;
    stage_ = stage::finished;
    refusal_ = message;
    const error_message error{
        .severity = "FATAL", .sqlstate = sqlstate, .message = message, .detail = detail, .hint = hint};
    to_client_.compose([&](std::string& out) { compose_error(out, error); });
}

}  // namespace pgsidecar
