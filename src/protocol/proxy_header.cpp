#include "protocol/proxy_header.hpp"

#include <algorithm>
#include <optional>

#include "protocol/composer.hpp"
#include "protocol/field_reader.hpp"

namespace pgsidecar {

namespace {

using family = proxy_header::family;

constexpr byte_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::uint8_t version_2 = 0x20;
enum command : std::uint8_t { local = 0, proxy = 1 };

/// Family in the upper half of its byte, transport in the lower one: 0 unspecified, 1 stream, 2 datagram.
enum wire : std::uint8_t { unspecified = 0x00, tcp4 = 0x11, tcp6 = 0x21, unix_stream = 0x31 };
constexpr std::uint8_t udp4 = 0x12, udp6 = 0x22, unix_datagram = 0x32;

constexpr std::size_t path_size = 108;

std::optional<family> family_of(std::uint8_t byte) {
    switch (byte) {
        case tcp4: return family::tcp4;
        case tcp6: return family::tcp6;
        case unix_stream: return family::unix_socket;
        case unspecified:
        case udp4:
        case udp6:
        case unix_datagram: return family::unspecified;
        default: return std::nullopt;
    }
}

wire wire_of(family of) {
    switch (of) {
        case family::tcp4: return tcp4;
        case family::tcp6: return tcp6;
        case family::unix_socket: return unix_stream;
        case family::unspecified: break;
    }
    return unspecified;
}

std::size_t address_size(family of) {
    switch (of) {
        case family::tcp4: return 4;
        case family::tcp6: return 16;
        case family::unix_socket: return path_size;
        case family::unspecified: break;
    }
    return 0;
}

bool read_addresses(field_reader& in, proxy_header& header) {
    const std::size_t size = address_size(header.of);
    for (proxied_end* end : {&header.source, &header.destination}) end->address = in.bytes(size);
    for (proxied_end* end : {&header.source, &header.destination}) {
        if (header.of == family::unix_socket)
            end->address = end->address.substr(0, end->address.find('\0'));
        else if (header.of != family::unspecified)
            end->port = in.u16();
    }
    return in.ok();
}

std::string addresses(const proxy_header& header) {
    std::string out;
    for (const proxied_end* end : {&header.source, &header.destination}) {
        out.append(end->address);
        out.resize(out.size() + address_size(header.of) - end->address.size());
    }
    return out;
}

}  // namespace

std::variant<proxy_header, partial_header, malformed_header> read_proxy_header(byte_view in) {
    if (in.substr(0, signature.size()) != signature.substr(0, in.size())) return malformed_header{};
    if (in.size() < proxy_header_start) return partial_header{proxy_header_start - in.size()};
    field_reader reader(in);
    reader.bytes(signature.size());
    const std::uint8_t version_and_command = reader.u8();
    const auto of = family_of(reader.u8());
    const std::size_t size = proxy_header_start + reader.u16();
    if (size > proxy_header_limit) return malformed_header{};
    if (in.size() < size) return partial_header{size - in.size()};

    if (version_and_command == (version_2 | command::local)) return proxy_header{.local = true};
    if (version_and_command != (version_2 | command::proxy) || !of) return malformed_header{};
    proxy_header header{.of = *of};
    if (!read_addresses(reader, header)) return malformed_header{};
    return header;
}

void compose_proxy_header(std::string& out, const proxy_header& header) {
    const bool told = !header.local && header.of != family::unspecified;
    const std::string ends = told ? addresses(header) : "";
    const bool has_ports = told && header.of != family::unix_socket;
    field_writer writer(out);
    writer.bytes(signature)
        .u8(version_2 | (header.local ? command::local : command::proxy))
        .u8(told ? wire_of(header.of) : wire::unspecified)
        .u16(static_cast<std::uint16_t>(ends.size() + (has_ports ? 4 : 0)))
        .bytes(ends);
    if (has_ports) writer.u16(header.source.port).u16(header.destination.port);
}

}  // namespace pgsidecar
