#include "proxy/check/trial.hpp"

namespace pgsidecar::check {

outcome recovers_from_errors(const trial_ground& on) {
    connection session = on.connect();
    const std::string divide = on.statement("divide");
    session.prepare(divide, "SELECT 6 / $1::int");
    session.query("BEGIN");
    expect(session.execute(divide, {"3"}).value(), "2", "a statement in a transaction");
    expect_failure("42703", "a column that does not exist", [&] { session.query("SELECT no_such_column"); });
    expect_failure("25P02", "a statement in a failed transaction", [&] { session.execute(divide, {"3"}); });
    session.query("ROLLBACK");
    expect(session.execute(divide, {"2"}).value(), "3", "the statement after ROLLBACK");
    expect_failure("22012", "a division by zero", [&] { session.execute(divide, {"0"}); });
    expect(session.execute(divide, {"1"}).value(), "6", "the statement after its own error");
    expect_failure("26000", "a statement that nobody has prepared",
                   [&] { session.execute(on.statement("never")); });
    return {"bad SQL in a transaction, ROLLBACK, and the statement goes on; 4 errors, each PostgreSQL's own"};
}

}  // namespace pgsidecar::check
