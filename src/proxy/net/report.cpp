#include "proxy/net/report.hpp"

#include <algorithm>
#include <iterator>

namespace pgsidecar::net {
namespace {

void add(std::vector<statement_report>& to, statement_report&& one) {
    const auto known = std::ranges::lower_bound(to, one.hash, {}, &statement_report::hash);
    if (known == to.end() || known->hash != one.hash) {
        to.insert(known, std::move(one));
        return;
    }
    known->usage.calls += one.usage.calls;
    known->usage.reparses += one.usage.reparses;
    known->usage.errors_avoided += one.usage.errors_avoided;
    known->usage.server_time += one.usage.server_time;
}

}  // namespace

summary& summary::operator+=(const summary& other) {
    totals += other.totals;
    sessions += other.sessions;
    prepared_statements += other.prepared_statements;
    statement_text_bytes += other.statement_text_bytes;
    return *this;
}

report& report::operator+=(report&& other) {
    counts += other.counts;
    std::ranges::move(other.sessions, std::back_inserter(sessions));
    if (statements.empty()) {
        statements = std::move(other.statements);
        std::ranges::sort(statements, {}, &statement_report::hash);
    } else {
        for (statement_report& each : other.statements) add(statements, std::move(each));
    }
    return *this;
}

}  // namespace pgsidecar::net
