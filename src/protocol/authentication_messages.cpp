#include "protocol/authentication_messages.hpp"

#include "protocol/composer.hpp"
#include "protocol/field_reader.hpp"

namespace pgsidecar {

std::optional<authentication_view> read_authentication(byte_view body) {
    field_reader in(body);
    const auto request = static_cast<authentication_request>(in.u32());
    if (!in.ok()) return std::nullopt;
    return authentication_view{request, in.rest()};
}

void compose_authentication(std::string& out, authentication_request request, byte_view data) {
    message_writer(out, backend::authentication).u32(static_cast<std::uint32_t>(request)).bytes(data);
}

std::optional<std::vector<byte_view>> read_sasl_mechanisms(byte_view data) {
    field_reader in(data);
    std::vector<byte_view> names;
    for (byte_view name = in.cstr(); !name.empty(); name = in.cstr()) names.push_back(name);
    if (!in.at_end()) return std::nullopt;
    return names;
}

std::string sasl_mechanism_list(const std::vector<byte_view>& mechanisms) {
    std::string out;
    field_writer writer(out);
    for (const byte_view name : mechanisms) writer.cstr(name);
    writer.u8(0);
    return out;
}

std::optional<sasl_initial_response_view> read_sasl_initial_response(byte_view body) {
    field_reader in(body);
    const byte_view mechanism = in.cstr();
    const std::uint32_t size = in.u32();
    const byte_view data = in.bytes(size);
    if (!in.at_end()) return std::nullopt;
    return sasl_initial_response_view{mechanism, data};
}

void compose_sasl_initial_response(std::string& out, byte_view mechanism, byte_view data) {
    message_writer(out, frontend::password)
        .cstr(mechanism)
        .u32(static_cast<std::uint32_t>(data.size()))
        .bytes(data);
}

}  // namespace pgsidecar
