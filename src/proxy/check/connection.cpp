#include "proxy/check/connection.hpp"

#include <poll.h>

#include <array>

namespace pgsidecar::check {

namespace {

PGconn* start(const parameters& to) {
    std::vector<const char*> keywords, values;
    for (const auto& [keyword, value] : to) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectStartParams(keywords.data(), values.data(), 0);
}

std::string seconds(std::chrono::milliseconds time) {
    std::string text = std::to_string(time.count() / 1000);
    if (time.count() % 1000 != 0) text += "." + std::to_string(time.count() % 1000 + 1000).substr(1);
    return text + " s";
}

void cancel(PGconn* running) {
    const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(running), PQfreeCancel);
    std::array<char, 256> complaint{};  // the size that libpq's manual recommends
    PQcancel(request.get(), complaint.data(), complaint.size());
}

void ignore_notices(void*, const PGresult*) {}

}  // namespace

connection::connection(const parameters& to, const patience& waits, std::chrono::milliseconds step)
    : waits_(&waits), step_(step), session_(start(to)) {
    if (!session_) throw std::bad_alloc();
    PQsetNoticeReceiver(session_.get(), ignore_notices, nullptr);
    connect();
    PQsetnonblocking(session_.get(), 1);
}

void connection::finish::operator()(PGconn* each) const {
    if (PQtransactionStatus(each) == PQTRANS_ACTIVE) cancel(each);
    PQfinish(each);
}

void connection::connect() {
    const deadline until = next();
    if (PQstatus(session_.get()) == CONNECTION_BAD) fail();
    for (auto stage = PGRES_POLLING_WRITING; stage != PGRES_POLLING_OK;
         stage = PQconnectPoll(session_.get())) {
        if (stage == PGRES_POLLING_FAILED) fail();
        const short events = stage == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!waits_->await(PQsocket(session_.get()), events, until))
            throw timed_out("no connection to " + peer() + " within " + seconds(step_));
    }
}

result connection::query(const std::string& sql) {
    send(sql);
    return answer();
}

void connection::send(const std::string& sql) {
    sent(PQsendQuery(session_.get(), sql.c_str()));
    flush();
}

bool connection::answered(std::chrono::milliseconds within) {
    const deadline until = std::chrono::steady_clock::now() + within;
    while (PQisBusy(session_.get())) {
        if (!waits_->await(PQsocket(session_.get()), POLLIN, until)) return false;
        if (!PQconsumeInput(session_.get())) fail();
    }
    return true;
}

void connection::prepare(const std::string& name, const std::string& sql) {
    sent(PQsendPrepare(session_.get(), name.c_str(), sql.c_str(), 0, nullptr));
    flush();
    answer();
}

result connection::execute(const std::string& name, const std::vector<std::string>& arguments) {
    std::vector<const char*> values;
    values.reserve(arguments.size());
    for (const std::string& each : arguments) values.push_back(each.c_str());
    sent(PQsendQueryPrepared(session_.get(), name.c_str(), static_cast<int>(values.size()), values.data(),
                             nullptr, nullptr, 0));
    flush();
    return answer();
}

std::vector<std::string> connection::pipeline(const std::string& name,
                                              const std::vector<std::string>& arguments) {
    sent(PQenterPipelineMode(session_.get()));
    for (const std::string& each : arguments) {
        const char* value = each.c_str();
        sent(PQsendQueryPrepared(session_.get(), name.c_str(), 1, &value, nullptr, nullptr, 0));
    }
    sent(PQpipelineSync(session_.get()));
    flush();
    std::vector<std::string> values;
    std::optional<server_error> first;
    for (result each = next_result(); each.status() != PGRES_PIPELINE_SYNC; each = next_result()) {
        if (each.failed() && !first) first = each.error();
        if (each.there() && !each.failed()) values.push_back(each.value());
    }
    sent(PQexitPipelineMode(session_.get()));
    if (first) throw server_error(*first);
    return values;
}

/// The last result of a Query, or the first error.
result connection::answer() {
    result last;
    std::optional<server_error> first;
    for (result each = next_result(); each.there(); each = next_result()) {
        if (each.failed() && !first) first = each.error();
        last = std::move(each);
    }
    if (first) throw server_error(*first);
    return last;
}

result connection::next_result() {
    if (!answered(step_)) throw timed_out("no answer within " + seconds(step_));
    result next(PQgetResult(session_.get()));
    if (PQstatus(session_.get()) == CONNECTION_BAD && !next.there()) fail();
    return next;
}

/// Reads meanwhile: a peer that waits for us to read takes nothing more.
void connection::flush() {
    const deadline until = next();
    for (int left = PQflush(session_.get()); left != 0; left = PQflush(session_.get())) {
        if (left < 0) fail();
        if (!waits_->await(PQsocket(session_.get()), POLLIN | POLLOUT, until))
            throw timed_out("nothing could be sent within " + seconds(step_));
        if (!PQconsumeInput(session_.get())) fail();
    }
}

void connection::sent(int status) {
    if (status == 0) fail();
}

void connection::fail() { throw server_error(one_line(PQerrorMessage(session_.get())), ""); }

std::string connection::server_process() { return query("SELECT pg_backend_pid()").value(); }

std::string connection::parameter(const char* name) const {
    const char* value = PQparameterStatus(session_.get(), name);
    return value ? value : "";
}

std::optional<tls_session> connection::tls() const {
    if (!PQsslInUse(session_.get())) return std::nullopt;
    const auto attribute = [&](const char* name) {
        const char* value = PQsslAttribute(session_.get(), name);
        return std::string(value ? value : "");
    };
    return tls_session{attribute("protocol"), attribute("cipher")};
}

std::string connection::peer() const {
    const std::string host = PQhost(session_.get());
    const std::string port = PQport(session_.get());
    if (host.starts_with('/')) return "unix:" + host + "/.s.PGSQL." + port;
    return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + port;
}

}  // namespace pgsidecar::check
