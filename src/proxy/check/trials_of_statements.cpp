#include "proxy/check/trial.hpp"

namespace pgsidecar::check {

namespace {

constexpr int rounds = 20;

/// A connection with a statement of its own under the name that the other one uses too.
class client {
public:
    client(const trial_ground& on, const std::string& expression, int factor)
        : session_(on.connect()), name_(on.statement("same")), factor_(factor) {
        session_.prepare(name_, "SELECT " + expression + ", pg_backend_pid()");
    }

    void execute(int number) {
        const result row = session_.execute(name_, {std::to_string(number)});
        expect(row.value(), std::to_string(number * factor_), "a prepared statement");
        changes_ += !server_.empty() && server_ != row.value(0, 1);
        server_ = row.value(0, 1);
    }

    connection& session() { return session_; }
    int changes() const { return changes_; }

private:
    connection session_;
    std::string name_;
    int factor_;
    std::string server_;
    int changes_ = 0;
};

void round(client& one, client& other, int number, bool two_at_once) {
    one.session().query("BEGIN");
    one.execute(number);
    if (!two_at_once) one.session().query("COMMIT");
    other.session().query("BEGIN");
    other.execute(number);
    if (two_at_once) one.session().query("COMMIT");
    other.session().query("COMMIT");
    one.execute(number);
    other.execute(number);
}

outcome told(const trial_ground& on, int changes) {
    const std::string detail =
        std::to_string(4 * rounds) +
        " executions on two connections, same name, different texts and types; the server "
        "changed " +
        std::to_string(changes) + " times";
    if (changes > 0 || on.known.mode != pooling::transaction) return {detail};
    return {detail,
            "With one server for all, statements cannot get lost: try again with a pool of two or more."};
}

}  // namespace

outcome connects(const trial_ground& on) {
    connection session = on.connect();
    const auto time = round_trip(session);
    const std::string without = "; without pgsidecar " + milliseconds(on.known.round_trip);
    return {"round trip " + milliseconds(time) + (on.own_sidecar ? without : "")};
}

outcome keeps_statements(const trial_ground& on) {
    client one(on, "$1::int", 1), other(on, "3 * $1::bigint", 3);
    for (int i = 0; i < rounds; ++i) round(i % 2 ? one : other, i % 2 ? other : one, i, on.known.two_at_once);
    return told(on, one.changes() + other.changes());
}

outcome keeps_statements_in_pipelines(const trial_ground& on) {
    connection session = on.connect();
    const std::string name = on.statement("twice");
    session.prepare(name, "SELECT 2 * $1::int");
    std::vector<std::string> numbers, expected;
    for (int i = 0; i < rounds; ++i) {
        numbers.push_back(std::to_string(i));
        expected.push_back(std::to_string(2 * i));
    }
    for (int i = 0; i < 3; ++i)
        if (session.pipeline(name, numbers) != expected)
            throw wrong_answer("a pipeline has mixed up its rows");
    return {"3 pipelines of " + std::to_string(rounds) + " executions"};
}

}  // namespace pgsidecar::check
