#pragma once

#include <string>
#include <vector>

#include "protocol/bytes.hpp"

/// Messages in a short notation for people: P(n)[oids]"sql", B(p←n) pf=[] v=[] rf=[], E(p,max), 1, t[23], ZI
/// ...
namespace pgsidecar::test {

/// One line a message; what is not a whole message is shown as its bytes.
std::vector<std::string> frontend_notation(byte_view bytes);
std::vector<std::string> backend_notation(byte_view bytes);

/// Two lists side by side from their first difference on.
std::string difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual);

}  // namespace pgsidecar::test
