#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

/// The client's messages, as their bytes.
namespace pgsidecar::test::fe {

/// What a Bind has beside the name of its statement; values in text or binary, nothing = NULL.
struct binding {
    std::string portal{};
    std::vector<std::uint16_t> formats{};
    std::vector<std::optional<std::string>> values{};
    std::vector<std::uint16_t> result_formats{};
};

std::string parse(byte_view statement, byte_view query, const std::vector<oid>& types = {});
std::string bind(byte_view statement, const binding& b = {});
std::string execute(byte_view portal = {}, std::uint32_t max_rows = 0);
std::string describe_statement(byte_view name);
std::string describe_portal(byte_view name = {});
std::string close_statement(byte_view name);
std::string close_portal(byte_view name = {});
std::string flush();
std::string sync();
std::string query(byte_view text);
std::string function_call(oid function);
std::string copy_data(byte_view bytes);
std::string copy_done();
std::string copy_fail(byte_view reason);
std::string terminate();

/// Any type with any body, well-formed or not.
std::string message(char type, byte_view body = {});

}  // namespace pgsidecar::test::fe
