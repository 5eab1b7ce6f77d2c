#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/bytes.hpp"

namespace pgsidecar::test {

/// Object IDs of pg_type that the tests speak of.
namespace type {
inline constexpr oid int8 = 20, int4 = 23, text = 25, varchar = 1043;
}  // namespace type

struct column {
    std::string name;
    oid type = type::int4;
    std::int32_t typmod = -1;
    std::uint16_t format = 0;
    oid table = 0;
};
using columns = std::vector<column>;
inline const columns one_column{{"?column?", type::int4}};

}  // namespace pgsidecar::test

/// The server's messages, as their bytes.
namespace pgsidecar::test::be {

/// Fields of an ErrorResponse or NoticeResponse by their codes.
using fields = std::vector<std::pair<char, std::string>>;

std::string parse_complete();
std::string bind_complete();
std::string close_complete();
std::string parameter_description(const std::vector<oid>& types);
std::string no_parameters();
std::string row_description(const columns& c);
std::string no_data();
/// What a Describe(S) is answered: ParameterDescription, and RowDescription or NoData.
std::string description(const columns& c, const std::vector<oid>& types = {});
std::string data_row(const std::vector<std::optional<std::string>>& values);
std::string command_complete(byte_view tag);
std::string empty_query();
std::string portal_suspended();
std::string ready(char status);

std::string error(byte_view sqlstate, byte_view message, const fields& more = {});
std::string fatal(byte_view sqlstate, byte_view message, const fields& more = {});
std::string notice(byte_view sqlstate, byte_view message);
std::string parameter_status(byte_view name, byte_view value);
std::string notification(byte_view channel);

std::string copy_in_response();
std::string copy_out_response();
std::string copy_data(byte_view bytes);
std::string copy_done();
std::string function_call_response(byte_view value);

/// Any type with any body.
std::string message(char type, byte_view body = {});

}  // namespace pgsidecar::test::be
