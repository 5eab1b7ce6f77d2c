#include "support/model_play.hpp"

#include <gtest/gtest.h>

#include "support/notation.hpp"

namespace pgsidecar::test {
namespace {

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += text + "; ";
    return out;
}

/// A client of a server of its own.
class direct_client {
public:
    explicit direct_client(const catalog& texts) : server_(texts, database_) {}

    std::string replies_to(byte_view bytes) {
        std::string out;
        for (auto f = peek_frame(bytes); f && f->whole(); f = peek_frame(bytes)) {
            server_.on_message(*f);
            server_.flush();
            for (const std::string& reply : server_.take_flushed()) out += reply;
            bytes.remove_prefix(f->size());
        }
        return out;
    }
    const std::vector<std::string>& committed() const { return server_.committed(); }
    bool beyond_contract() const { return server_.beyond_contract(); }

private:
    model::database database_;
    model::server server_;
};

}  // namespace

std::string direct_replies(const catalog& texts, byte_view client_bytes) {
    return direct_client(texts).replies_to(client_bytes);
}

std::string difference_to_direct(const catalog& texts, byte_view client_bytes, std::size_t piece,
                                 unsigned seed, const session_options& o, client_end end) {
    model_play play(texts, piece, seed, o);
    play.client_sends(client_bytes);
    if (end == client_end::leaves) play.client_closes();
    play.settle();
    direct_client direct(texts);
    const std::string expected = direct.replies_to(client_bytes), actual = play.take_to_client();
    std::string out;
    for (const std::string& fault : play.faults(true)) out += "  " + fault + "\n";
    if (play.proxy().counters().provoked_failures[provoked::e53400] > 0 || direct.beyond_contract())
        return out;
    if (direct.committed() != play.committed())
        out += "  committed: " + joined(direct.committed()) +
               "\n  through the session: " + joined(play.committed()) + "\n";
    if (end == client_end::stays && expected != actual)
        out += difference(backend_notation(expected), backend_notation(actual));
    return out;
}

void expect_as_direct(const catalog& texts, const std::vector<std::string>& client_messages) {
    std::string bytes;
    for (const std::string& message : client_messages) bytes += message;
    for (const std::size_t piece : {0, 1, 2, 3, 5, 7, 13})
        for (unsigned seed = 0; seed < 5; ++seed) {
            const std::string different = difference_to_direct(texts, bytes, piece, seed);
            if (different.empty()) continue;
            ADD_FAILURE() << "in pieces of " << piece << ", seed " << seed << ":\n" << different;
            return;
        }
}

model_play::model_play(const catalog& texts, std::size_t piece, unsigned seed, const session_options& o)
    : random_(seed),
      piece_(piece),
      link_(o.pooler),
      session_(texts_, o, link_),
      driver_(session_, piece),
      pooler_(texts, o.pooler) {}

void model_play::client_sends(byte_view bytes) {
    while (!bytes.empty()) {
        const byte_view part = bytes.substr(0, piece_ == 0 ? bytes.size() : piece_);
        bytes.remove_prefix(part.size());
        driver_.client_sends(part);
        deliver();
        for (unsigned n = random_() % 4; n > 0 && answer_one(); --n) {}
    }
}

void model_play::client_closes() {
    driver_.client_closes();
    deliver();
}

void model_play::settle() {
    while (answer_one()) {}
}

/// Every reply is delivered by itself: what it sets free arrives before the next one.
bool model_play::answer_one() {
    if (!pooler_.process_one()) return false;
    pooler_.flush();
    for (const std::string& reply : pooler_.take_replies()) {
        pooler_.delivered(reply);
        driver_.server_sends(reply);
        deliver();
    }
    return true;
}

void model_play::deliver() {
    const std::string to_server = driver_.take_to_server(), to_client = driver_.take_to_client();
    wire_ += ">" + to_server + "<" + to_client;
    to_client_ += to_client;
    pooler_.receive(to_server);
}

std::vector<std::string> model_play::faults(bool at_end) const {
    std::vector<std::string> out = pooler_.faults();
    if (!at_end) return out;
    if (!pooler_.idle() && !pooler_.closed()) out.push_back("the server is not idle");
    if (session_.finished()) return out;
    if (!session_.idle()) out.push_back("replies are still expected");
    if (!session_.statements().all_answered()) out.push_back("changes of the statement table are not final");
    if (!driver_.from_client().empty()) out.push_back("bytes of the client left");
    if (!driver_.from_server().empty()) out.push_back("bytes of the server left");
    return out;
}

}  // namespace pgsidecar::test
