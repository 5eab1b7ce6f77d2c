#include <algorithm>
#include <set>

#include "proxy/check/inspection.hpp"

namespace pgsidecar::check {

namespace {

constexpr std::size_t transactions_of_each = 8;
constexpr std::chrono::milliseconds time_for_a_second_server{1500};

std::string transaction(connection& on) {
    on.query("BEGIN");
    std::string process = on.server_process();
    on.query("COMMIT");
    return process;
}

/// The servers that a connection has met.
struct encounters {
    std::set<std::string> servers;
    std::string last;
    int changes = 0;

    void meet(const std::string& process) {
        changes += !last.empty() && last != process;
        last = process;
        servers.insert(process);
    }
};

/// A pool of one server makes the second transaction wait for the first.
bool two_at_once(connection& first, connection& second) {
    first.query("BEGIN");
    first.query("SELECT 1");
    second.send("BEGIN");
    const bool both = second.answered(time_for_a_second_server);
    first.query("COMMIT");
    second.answer();
    second.query("COMMIT");
    return both;
}

struct observation {
    encounters first, second;
    bool two_at_once = true;

    std::size_t met() const {
        std::set<std::string> all = first.servers;
        all.insert(second.servers.begin(), second.servers.end());
        return all.size();
    }
    std::size_t shared() const { return first.servers.size() + second.servers.size() - met(); }
    int changes() const { return first.changes + second.changes; }
};

observation observe(const inspection& at) {
    connection first = at.connect(), second = at.connect();
    observation seen;
    for (std::size_t i = 0; i < transactions_of_each; ++i) {
        seen.first.meet(transaction(first));
        seen.second.meet(transaction(second));
    }
    seen.two_at_once = two_at_once(first, second);
    return seen;
}

std::string count(std::size_t number, const std::string& of) {
    return std::to_string(number) + " " + of + (number == 1 ? "" : "s");
}

void tell_transaction_mode(inspection& at, const observation& seen) {
    at.out.add({"pool mode", status::ok,
                "transaction: two connections met " + count(seen.met(), "server") + " in " +
                    count(2 * transactions_of_each, "transaction") + " and shared " +
                    std::to_string(seen.shared())});
    const bool rotates = seen.changes() > 0;
    at.out.add(
        {"rotation", status::ok,
         rotates
             ? "the server changed " + count(static_cast<std::size_t>(seen.changes()), "time") +
                   " from one transaction to the next"
             : "none while it is quiet: the same server as long as it is free, so trouble comes under load"});
    if (!seen.two_at_once)
        at.out.add({"pool size", status::warn,
                    "one server: a second transaction waits until the first is over",
                    "default_pool_size, or servers that are all in use (SHOW POOLS in pgBouncer)."});
}

}  // namespace

void look_at_pool_mode(inspection& at) try {
    const observation seen = observe(at);
    at.known.two_at_once = seen.two_at_once;
    if (seen.shared() > 0 || seen.changes() > 0) {
        at.known.mode = pooling::transaction;
        return tell_transaction_mode(at, seen);
    }
    at.known.mode = at.known.has_pooler ? pooling::session : pooling::none;
    if (at.known.has_pooler)
        at.out.add({"pool mode", status::ok,
                    "session: each of two connections kept a server of its own for " +
                        count(transactions_of_each, "transaction")});
} catch (const server_error& refused) {
    if (std::string(refused.what()).find("transaction blocks not allowed") == std::string::npos) throw;
    at.known.mode = pooling::statement;
    at.out.add(
        {"pool mode", status::fail, "statement: transactions are refused", "Set pool_mode = transaction."});
}

}  // namespace pgsidecar::check
