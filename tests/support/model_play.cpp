#include "support/model_play.hpp"

#include <algorithm>

namespace pgsidecar::test {

std::string direct_replies(const catalog& texts, byte_view client_bytes) {
    server_model server(texts, server_model::lending::own);
    std::string out;
    server.receive(client_bytes);
    while (const auto replies = server.answer())
        for (const std::string& reply : *replies) out += reply;
    return out;
}

model_play::model_play(const catalog& texts, std::size_t piece, unsigned seed, const session_options& o)
    : random_(seed),
      piece_(piece),
      session_(texts_, o),
      driver_(session_, piece),
      server_(texts, server_model::lending::pooled) {}

void model_play::client_sends(byte_view bytes) {
    while (!bytes.empty()) {
        const byte_view part = bytes.substr(0, piece_ == 0 ? bytes.size() : piece_);
        bytes.remove_prefix(part.size());
        driver_.client_sends(part);
        server_.receive(driver_.take_to_server());
        for (unsigned n = random_() % 4; n > 0 && answer_one(); --n) {}
    }
}

void model_play::client_closes() {
    driver_.client_closes();
    server_.receive(driver_.take_to_server());
}

void model_play::settle() {
    while (answer_one()) {}
}

/// Every reply is delivered by itself: what it sets free arrives before the next one.
bool model_play::answer_one() {
    const auto replies = server_.answer();
    if (!replies) return false;
    for (const std::string& reply : *replies) {
        server_.delivered(reply);
        driver_.server_sends(reply);
        server_.receive(driver_.take_to_server());
    }
    return true;
}

std::vector<std::string> model_play::faults(bool at_end) const {
    std::vector<std::string> out = server_.faults();
    if (!at_end) return out;
    if (!server_.idle() && !server_.terminated()) out.push_back("the server is not idle");
    if (session_.finished()) return out;
    if (!session_.idle()) out.push_back("replies are still expected");
    if (!session_.statements().all_answered()) out.push_back("changes of the statement table are not final");
    if (!driver_.from_client().empty()) out.push_back("bytes of the client left");
    if (!driver_.from_server().empty()) out.push_back("bytes of the server left");
    return out;
}

}  // namespace pgsidecar::test
