#pragma once

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/check/patience.hpp"
#include "proxy/check/result.hpp"

namespace pgsidecar::check {

/// Connection parameters by libpq's keywords.
using parameters = std::map<std::string, std::string>;

struct tls_session {
    std::string version;
    std::string cipher;
};

/// A libpq connection that never waits longer than its patience. What fails is thrown: server_error,
/// timed_out, interrupted.
class connection {
public:
    connection(const parameters& to, const patience& waits) : connection(to, waits, waits.step()) {}
    /// `step`: what connecting, and each answer, may take.
    connection(const parameters& to, const patience& waits, std::chrono::milliseconds step);

    /// A simple Query.
    result query(const std::string& sql);
    void prepare(const std::string& name, const std::string& sql);
    result execute(const std::string& name, const std::vector<std::string>& arguments = {});
    /// As many executions of a prepared statement in one pipeline, one Sync at its end; the first value of
    /// each.
    std::vector<std::string> pipeline(const std::string& name, const std::vector<std::string>& arguments);

    /// Sends a simple Query only; `answered` says whether its answer is there by then, and `answer` returns
    /// it.
    void send(const std::string& sql);
    bool answered(std::chrono::milliseconds within);
    result answer();

    /// The process that serves the present transaction, as SQL tells it.
    std::string server_process();
    /// As the start of the session told it.
    std::string announced_process() const { return std::to_string(PQbackendPID(session_.get())); }

    int server_version() const { return PQserverVersion(session_.get()); }
    std::string parameter(const char* name) const;
    std::optional<tls_session> tls() const;
    bool asked_for_password() const { return PQconnectionUsedPassword(session_.get()) != 0; }
    /// What it has reached: "127.0.0.1:6543", "unix:/run/postgresql/.s.PGSQL.5432".
    std::string peer() const;

private:
    void connect();
    deadline next() const { return std::chrono::steady_clock::now() + step_; }
    void flush();
    result next_result();
    void sent(int status);
    [[noreturn]] void fail();

    /// What still runs is cancelled: a server does not notice by itself that its client has gone.
    struct finish {
        void operator()(PGconn* each) const;
    };
    const patience* waits_;
    std::chrono::milliseconds step_;
    std::unique_ptr<PGconn, finish> session_;
};

}  // namespace pgsidecar::check
