#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace pgsidecar::check {

/// What a server says against a statement, or that there is none to say anything (`sqlstate` is then empty).
struct server_error : std::runtime_error {
    server_error(const std::string& message, std::string state)
        : std::runtime_error(message), sqlstate(std::move(state)) {}

    std::string sqlstate;
};

/// A message of libpq or a server in one line of printable characters.
std::string one_line(const std::string& message);

/// A PGresult.
class result {
public:
    result() = default;
    explicit result(PGresult* owned) : owned_(owned) {}

    bool there() const { return owned_ != nullptr; }
    ExecStatusType status() const { return PQresultStatus(owned_.get()); }
    bool failed() const {
        return there() && (status() == PGRES_FATAL_ERROR || status() == PGRES_BAD_RESPONSE);
    }
    server_error error() const;

    int rows() const { return PQntuples(owned_.get()); }
    int columns() const { return PQnfields(owned_.get()); }
    /// Empty for NULL, and where there is no such row or column.
    std::string value(int row = 0, int column = 0) const;

private:
    struct clear {
        void operator()(PGresult* each) const { PQclear(each); }
    };
    std::unique_ptr<PGresult, clear> owned_;
};

}  // namespace pgsidecar::check
