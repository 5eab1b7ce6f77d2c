#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "protocol/names.hpp"
#include "proxy/session/answers.hpp"
#include "proxy/session/client_statements.hpp"

namespace pgsidecar {

/// Messages between two transactions that may need no server: a Close at the start of a segment may turn out
/// to be all of it (§3). What has been put off is answered in order, or sent in order, never both.
class local_answers {
public:
    /// Puts off the Close of a statement; false where there are too many of them.
    bool takes_close(byte_view statement) {
        if (closes_.size() >= max_closes) return false;
        closes_.emplace_back(statement_key(statement));
        return true;
    }

    /// No server was needed. Returns how many have been answered.
    std::size_t answer(answers& out, client_statements& statements) {
        const std::vector<std::string> closes = std::exchange(closes_, {});
        out.show_close_complete(closes.size());
        for (const std::string& name : closes) statements.apply({table_effect::kind::erase, name, nullptr});
        return closes.size();
    }

    /// Another message follows: calls `send(name)` for each.
    template <class Send>
    void send(Send&& send) {
        if (closes_.empty()) return;
        for (const std::string& name : std::exchange(closes_, {})) send(byte_view(name));
    }

private:
    static constexpr std::size_t max_closes = 1'000;

    std::vector<std::string> closes_;
};

}  // namespace pgsidecar
