#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/bytes.hpp"

/// The packets that open a connection and have no type byte (manual: "Message Formats"), and the answer to
/// the one of them that asks for more than the server speaks.
///
///     | length (4) | code or protocol version (4) | ... |
namespace pgsidecar {

/// Length word, and code or version.
inline constexpr std::size_t startup_packet_minimum = 8;
/// Longest that PostgreSQL takes: MAX_STARTUP_PACKET_LENGTH (libpq/pqcomm.h) and the length word.
inline constexpr std::size_t startup_packet_limit = 10000 + 4;

/// Size of the packet at the start of `in`, its length word included; nothing while that is not there.
std::optional<std::uint32_t> peek_startup_packet_size(byte_view in);

struct startup_parameter {
    byte_view name;
    byte_view value;

    bool operator==(const startup_parameter&) const = default;
};
using startup_parameters = std::vector<startup_parameter>;

/// StartupMessage. Protocol options have names that start with `_pq_.`.
struct startup_view {
    std::uint16_t major = 3;
    std::uint16_t minor = 0;
    /// In the order sent; nothing where the packet is not a list of NUL-terminated pairs and a terminator.
    /// Not looked at when the major version is another.
    std::optional<startup_parameters> parameters;
};

/// Stands where a protocol has its major version, and a request's code where it has its minor one.
inline constexpr std::uint16_t startup_request_code = 1234;

struct ssl_request {
    static constexpr std::uint16_t code = 5679;
};
struct gssenc_request {
    static constexpr std::uint16_t code = 5680;
};

/// CancelRequest. Protocol 3.0 has keys of four bytes, 3.2 longer ones.
struct cancel_view {
    static constexpr std::uint16_t code = 5678;
    std::uint32_t process_id = 0;
    byte_view secret_key;
};

struct malformed_packet {};

using startup_packet = std::variant<startup_view, ssl_request, gssenc_request, cancel_view, malformed_packet>;

/// `packet` is whole. Views alias it.
startup_packet read_startup_packet(byte_view packet);

bool is_protocol_option(byte_view parameter_name);

void compose_ssl_request(std::string& out);

void compose_cancel_request(std::string& out, std::uint32_t process_id, byte_view secret_key);

void compose_startup(std::string& out, std::uint16_t minor, const startup_parameters& parameters);

/// Says that 3.0 is the newest that is spoken, and which protocol options are not known.
void compose_negotiate_protocol_version(std::string& out, const std::vector<byte_view>& unknown_options);

/// BackendKeyData.
struct backend_key_view {
    std::uint32_t process_id = 0;
    byte_view secret_key;
};
std::optional<backend_key_view> read_backend_key_data(byte_view body);

}  // namespace pgsidecar
