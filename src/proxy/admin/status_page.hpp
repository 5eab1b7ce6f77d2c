#pragma once

#include <string_view>

namespace pgsidecar::admin {

/// The HTML of /, style and script inside; made of page/ when the program is built. nonce_mark stands where
/// the nonce of its Content-Security-Policy belongs.
extern const std::string_view status_page;
inline constexpr std::string_view nonce_mark = "@NONCE@";

}  // namespace pgsidecar::admin
