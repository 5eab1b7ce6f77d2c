#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "model/sql.hpp"
#include "model/statements.hpp"
#include "protocol/frame.hpp"
#include "protocol/message_types.hpp"

namespace pgsidecar::model {

/// What all sessions of a server share.
struct database {
    std::size_t alters = 0;
};

/// A session of PostgreSQL 15 as far as the protocol goes (manual: "Message Flow"): statements, portals,
/// transactions, skipping, COPY. One message at a time. A reply is flushed when a real server would flush it.
class server {
public:
    using names = prepared_statements::names;

    server(const catalog& known, database& shared, names n = names::own)
        : catalog_(known), database_(shared), statements_(n) {}

    void on_message(const frame& f);

    /// The messages that have been flushed since the last call.
    std::vector<std::string> take_flushed() { return std::exchange(flushed_, {}); }
    /// Hands out what waits to be flushed, as a server does whose buffer is full.
    void flush();

    /// Its client goes; when it comes back, others have left their statements.
    void left_to_others() { statements_.left_to_others(names::foreign); }

    /// No transaction, no open segment, no copy, no reply held back.
    bool idle() const;
    /// Something has been read since the last boundary (Sync, Query, FunctionCall).
    bool segment_open() const { return segment_open_; }
    /// Copy data is read, or comes too late to know of the error.
    bool takes_copy_data() const { return copy_ != copy::none || copy_failed_; }
    /// Terminate has been read, or an error has been fatal.
    bool closed() const { return closed_; }

    /// The texts that write and whose transaction has been committed, in order.
    const std::vector<std::string>& committed() const { return committed_; }
    /// What no server would say anything of, and yet goes wrong, since the last call.
    std::vector<std::string> take_faults();
    /// The client did what the proxy declares to answer otherwise (docs/guarantees.md).
    bool beyond_contract() const { return beyond_contract_; }

private:
    struct failure {
        std::string sqlstate, message, routine, file = "postgres.c";
        bool fatal = false;
    };
    enum class copy { none, simple, extended };

    // extended.cpp: the extended query protocol.
    void parse(byte_view body);
    void bind(byte_view body);
    void describe(byte_view body);
    void describe_statement(byte_view name);
    void describe_portal(byte_view name);
    void close(byte_view body);
    void execute(byte_view body);
    void sync();
    std::vector<oid> types_of(const sql_command& c, byte_view declared) const;

    // query.cpp: Query and FunctionCall.
    void query(byte_view body);
    void run_script();
    void run_with_shape(const sql_command& c);
    void function_call();

    // copy.cpp
    void begin_copy_in();
    void copy_out();
    void copy_message(const frame& f);

    // run.cpp: what commands do.
    void run(const sql_command& c, portal& p, std::size_t max_rows, int depth);
    void run_rows(portal& p, std::size_t max_rows);
    void run_transaction(const sql_command& c);
    void run_prepare(const sql_command& c, bool alone);
    void run_execute(const sql_command& c, portal& p, std::size_t max_rows, int depth);
    void run_deallocate(const sql_command& c);
    void check_arguments(const sql_command& c, const prepared_statement& found);

    // shapes.cpp: which columns a command returns, and who may still believe in others.
    columns shape_of(const sql_command& c) const;
    void note_use_of_shape(const sql_command& c);
    bool is_stale(const prepared_statement& s) const;
    bool knows_stale_statement() const;
    void revalidate(const prepared_statement& s);
    void note_stale_execute(const sql_command& c);

    // server.cpp
    void dispatch(const frame& f);
    prepared_statement& find_statement(byte_view name, const char* routine_unnamed);
    void put_statement(byte_view name, prepared_statement s);
    void refuse_if_aborted(const sql_command* c, const char* routine) const;
    void refuse_if_not_utf8(std::initializer_list<byte_view> texts) const;
    void fail(const failure& f, bool extended);
    void commit();
    void end_transaction();
    void ready();
    void say(std::string message) { out_.push_back(std::move(message)); }

    const catalog& catalog_;
    database& database_;
    std::vector<std::string> out_, flushed_;
    std::vector<std::string> faults_;
    prepared_statements statements_;
    portals portals_;
    std::vector<std::string> written_, committed_;
    std::vector<sql_command> script_;  // of a Query: what is still to run
    bool alone_ = false;               // a Query of one command is running
    bool in_block_ = false;
    bool aborted_ = false;
    bool skipping_ = false;
    bool segment_open_ = false;
    bool closed_ = false;
    bool beyond_contract_ = false;
    copy copy_ = copy::none;
    std::size_t copied_rows_ = 0;
    bool copy_failed_ = false;   // data may still cross the error
    bool copy_unended_ = false;  // and so may its CopyDone or CopyFail
};

}  // namespace pgsidecar::model
