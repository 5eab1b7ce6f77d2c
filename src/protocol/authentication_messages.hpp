#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

/// Messages of authentication, both ways (manual: "Message Formats", "SASL Authentication").
namespace pgsidecar {

/// What an Authentication message asks for or says.
enum class authentication_request : std::uint32_t {
    ok = 0,
    cleartext_password = 3,
    md5_password = 5,
    sasl = 10,
    sasl_continue = 11,
    sasl_final = 12,
};

struct authentication_view {
    authentication_request request{};  ///< also others than those above
    byte_view data;
};
std::optional<authentication_view> read_authentication(byte_view body);
void compose_authentication(std::string& out, authentication_request request, byte_view data = {});

/// Data of AuthenticationSASL. Nothing where it is no list of names.
std::optional<std::vector<byte_view>> read_sasl_mechanisms(byte_view data);
/// Data of AuthenticationSASL.
std::string sasl_mechanism_list(const std::vector<byte_view>& mechanisms);

struct sasl_initial_response_view {
    byte_view mechanism;
    byte_view data;
};
std::optional<sasl_initial_response_view> read_sasl_initial_response(byte_view body);
void compose_sasl_initial_response(std::string& out, byte_view mechanism, byte_view data);

}  // namespace pgsidecar
