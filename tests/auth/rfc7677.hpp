#pragma once

#include <string>

/// The example of RFC 7677 §3.
namespace pgsidecar::auth::rfc7677 {

inline const std::string user = "user", password = "pencil";
inline const std::string client_nonce = "rOprNGfwEbeRWgbNEkqO";
inline const std::string server_nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
inline const std::string salt = "W22ZaJ0SNY7soEsUEjb6gQ==";

inline const std::string client_first = "n,,n=user,r=" + client_nonce;
inline const std::string server_first = "r=" + client_nonce + server_nonce + ",s=" + salt + ",i=4096";
inline const std::string client_final =
    "c=biws,r=" + client_nonce + server_nonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
inline const std::string server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

/// What PostgreSQL 15 keeps for this password and salt.
inline const std::string secret =
    "SCRAM-SHA-256$4096:" + salt +
    "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

}  // namespace pgsidecar::auth::rfc7677
