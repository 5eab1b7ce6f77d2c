#pragma once

#include <string>
#include <string_view>

#include "proxy/admin/controls.hpp"

/// The JSON bodies of the admin interface; docs/admin.md describes them.
namespace pgsidecar::admin {

enum class statement_order { calls, reparses, errors_avoided, server_time };

std::string sessions_json(const net::report& from);

/// The first `limit` of the statements, the largest first; their texts only where `show_sql`.
std::string statements_json(net::report from, statement_order order, std::size_t limit, bool show_sql);

/// Every key with its value, unless that is a secret, and where it is from.
std::string configuration_json(const config::loaded_settings& loaded);

/// {"status": status}, and the reason if there is one.
std::string status_json(std::string_view status, std::string_view reason = {});

}  // namespace pgsidecar::admin
