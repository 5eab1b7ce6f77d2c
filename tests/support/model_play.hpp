#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/pooler.hpp"
#include "proxy/session/session.hpp"
#include "support/session_driver.hpp"

namespace pgsidecar::test {

using model::catalog;
using model::sql_command;
using model::with_transactions;

/// A client of the model of a server, without anything between.
std::string direct_replies(const catalog& texts, byte_view client_bytes);

/// What the client does when it has sent everything.
enum class client_end {
    stays,   ///< until everything is answered
    leaves,  ///< at once: what it reads is of no interest, what has been committed is
};

/// What a client that sends these bytes reads or sees go wrong with a session and a pooler in between, and
/// not without them; empty when nothing is. One that is refused another statement (53400), or does what the
/// session declares to answer otherwise (docs/guarantees.md), may read other things than without it, and has
/// still to leave everything in order.
std::string difference_to_direct(const catalog& texts, byte_view client_bytes, std::size_t piece,
                                 unsigned seed, const session_options& o = {},
                                 client_end end = client_end::stays);

/// No difference, in pieces of several sizes, whenever the server answers.
void expect_as_direct(const catalog& texts, const std::vector<std::string>& client_messages);

/// A client, a session and a model of a pooler. Whenever the client has sent a piece, the server answers
/// some messages, none to all, as `seed` has it.
class model_play {
public:
    model_play(const catalog& texts, std::size_t piece, unsigned seed = 0, const session_options& o = {});

    void client_sends(byte_view bytes);
    void client_closes();

    /// The server answers all that there is.
    void settle();

    std::string take_to_client() { return std::exchange(to_client_, {}); }
    /// All that has been sent to either peer so far, and when: `>` or `<` stands in front of each piece.
    const std::string& wire() const { return wire_; }

    /// What went wrong so far; `at_end`: nothing may be left either.
    const std::vector<std::string>& committed() const { return pooler_.committed(); }
    std::vector<std::string> faults(bool at_end) const;
    const session& proxy() const { return session_; }

private:
    bool answer_one();
    void deliver();

    std::mt19937 random_;
    std::size_t piece_;
    text_pool texts_;
    server_link link_;
    session session_;
    session_driver driver_;
    model::pooler pooler_;
    std::string wire_;
    std::string to_client_;
};

}  // namespace pgsidecar::test
