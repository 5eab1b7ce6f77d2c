#include <string>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "protocol/authentication_messages.hpp"
#include "proxy/auth/base64.hpp"
#include "proxy/auth/scram_client.hpp"
#include "proxy/auth/scram_server.hpp"
#include "proxy/auth/users_file.hpp"

/// What strangers and files say about authentication: messages of SASL and SCRAM, secrets, users files.
namespace pgsidecar::fuzz {
namespace {

constexpr byte_view certificate_hash = "0123456789abcdef0123456789abcdef";

void server(byte_view text, bool has_tls, byte_view final) {
    const auto secret = auth::make_scram_secret("pencil", "salt", 1);
    auth::scram_server scram("user", &secret, "key", has_tls ? std::string(certificate_hash) : "", "ours");
    const auto initial = read_sasl_initial_response(text);
    const auto first = initial ? scram.on_client_first(initial->mechanism, initial->data)
                               : scram.on_client_first(auth::scram_sha_256, text);
    if (std::holds_alternative<auth::sasl_refusal>(first)) return;
    const auto last = scram.on_client_final(final);
    check(std::holds_alternative<auth::sasl_refusal>(last), "nobody guesses a proof");
}

void client(byte_view first, byte_view final) {
    auth::scram_client scram(auth::secret_string("pencil"), {}, "ours");
    const auto answer = scram.on_server_first(first);
    check(answer.has_value() == scram.problem().empty(), "there is an answer or a reason");
    check(!scram.on_server_final(final), "nobody guesses a signature");
}

void texts(byte_view text) {
    if (const auto bytes = auth::read_base64(text))
        check(auth::base64(*bytes) == text, "one text for the same bytes");
    if (const auto secret = auth::read_scram_secret(text))
        check(!secret->salt.empty(), "a secret has a salt");
    if (const auto names = read_sasl_mechanisms(text))
        check(sasl_mechanism_list(*names) == text, "a list is composed as it was read");
    const auth::users_file file = auth::read_users_file(text);
    for (const std::string& problem : file.problems)
        check(problem.starts_with("line "), "a problem has its line");
    for (const auth::user_line& user : file.users) check(!user.name.empty(), "a user has a name");
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    input in(data, size);
    const std::size_t kind = in.below(4);
    const heap_block first(in.bytes(in.byte()));
    const heap_block rest(in.all());
    if (kind < 2) server(first.view(), kind == 1, rest.view());
    if (kind == 2) client(first.view(), rest.view());
    if (kind == 3) texts(rest.view());
    return 0;
}
