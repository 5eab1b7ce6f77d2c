#include "protocol/startup_messages.hpp"

#include "protocol/composer.hpp"
#include "protocol/field_reader.hpp"

namespace pgsidecar {

namespace {

constexpr std::uint32_t protocol_3_0 = 3 << 16;

/// Keys are 4 bytes in protocol 3.0, up to 256 in 3.2.
constexpr std::size_t secret_key_minimum = 4;
constexpr std::size_t secret_key_limit = 256;

bool is_secret_key(byte_view key) {
    return key.size() >= secret_key_minimum && key.size() <= secret_key_limit;
}

std::optional<startup_parameters> read_parameters(byte_view body) {
    field_reader in(body);
    startup_parameters out;
    for (byte_view name = in.cstr(); !name.empty(); name = in.cstr()) out.push_back({name, in.cstr()});
    if (!in.at_end()) return std::nullopt;
    return out;
}

startup_packet read_cancel(byte_view body) {
    field_reader in(body);
    const std::uint32_t process_id = in.u32();
    if (!in.ok() || !is_secret_key(in.rest())) return malformed_packet{};
    return cancel_view{process_id, in.rest()};
}

}  // namespace

std::optional<std::uint32_t> peek_startup_packet_size(byte_view in) {
    field_reader reader(in);
    const std::uint32_t size = reader.u32();
    if (!reader.ok()) return std::nullopt;
    return size;
}

startup_packet read_startup_packet(byte_view packet) {
    field_reader in(packet);
    in.u32();  // length
    const std::uint16_t major = in.u16();
    const std::uint16_t minor = in.u16();
    if (!in.ok()) return malformed_packet{};
    if (major == startup_request_code) switch (minor) {
            case cancel_view::code: return read_cancel(in.rest());
            case ssl_request::code: return ssl_request{};
            case gssenc_request::code: return gssenc_request{};
            default: break;
        }
    return startup_view{major, minor, major == 3 ? read_parameters(in.rest()) : std::nullopt};
}

bool is_protocol_option(byte_view parameter_name) { return parameter_name.starts_with("_pq_."); }

void compose_ssl_request(std::string& out) {
    field_writer(out)
        .u32(startup_packet_minimum)
        .u32(std::uint32_t{startup_request_code} << 16 | ssl_request::code);
}

void compose_cancel_request(std::string& out, std::uint32_t process_id, byte_view secret_key) {
    field_writer(out)
        .u32(static_cast<std::uint32_t>(startup_packet_minimum + 4 + secret_key.size()))
        .u32(std::uint32_t{startup_request_code} << 16 | cancel_view::code)
        .u32(process_id)
        .bytes(secret_key);
}

void compose_startup(std::string& out, std::uint16_t minor, const startup_parameters& parameters) {
    std::size_t size = startup_packet_minimum + 1;
    for (const auto& [name, value] : parameters) size += name.size() + value.size() + 2;
    field_writer writer(out);
    writer.u32(static_cast<std::uint32_t>(size)).u32(protocol_3_0 | minor);
    for (const auto& [name, value] : parameters) writer.cstr(name).cstr(value);
    writer.u8(0);
}

// The manual says "newest minor protocol version"; what servers send and libpq reads is the whole version.
void compose_negotiate_protocol_version(std::string& out, const std::vector<byte_view>& unknown_options) {
    message_writer writer(out, backend::negotiate_protocol_version);
    writer.u32(protocol_3_0).u32(static_cast<std::uint32_t>(unknown_options.size()));
    for (const byte_view option : unknown_options) writer.cstr(option);
}

std::optional<backend_key_view> read_backend_key_data(byte_view body) {
    field_reader in(body);
    const std::uint32_t process_id = in.u32();
    if (!in.ok() || !is_secret_key(in.rest())) return std::nullopt;
    return backend_key_view{process_id, in.rest()};
}

}  // namespace pgsidecar
