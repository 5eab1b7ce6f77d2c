#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "proxy/auth/scram_secret.hpp"
#include "proxy/auth/users_file.hpp"

namespace pgsidecar::auth {

/// Who may log in, and what they have to know. Copies hold secrets: share one.
class users {
public:
    /// `mock_key` is kept for the life of the process: what is salted with it looks the same after a reload.
    /// A plain password costs a millisecond.
    users(users_file file, secret_string mock_key);

    /// What checks a user's password; null for whoever is not there or has no secret that SCRAM can use.
    const scram_secret* scram_secret_of(const std::string& user) const;

    /// Empty unless the file has it in plain text.
    secret_string password_of(const std::string& user) const;

    byte_view mock_key() const { return mock_key_.reveal(); }

private:
    struct entry {
        secret_string password;
        std::optional<scram_secret> secret;
    };
    entry read_entry(user_line& from) const;

    secret_string mock_key_;
    std::map<std::string, entry> entries_;
};

}  // namespace pgsidecar::auth
