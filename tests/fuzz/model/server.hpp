#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "fuzz/model/sql.hpp"
#include "protocol/backend_messages.hpp"
#include "protocol/frame.hpp"
#include "protocol/frontend_messages.hpp"

namespace pgsidecar::fuzz {

/// What all sessions of a server share.
struct database {
    std::uint16_t columns_of_changing = 1;
};

/// A session of PostgreSQL 15 as far as the protocol goes: statements, portals, transactions, skipping, COPY.
/// Pure; one message at a time. Replies are readable when a real server would have flushed them.
class server {
public:
    explicit server(database& shared) : database_(shared) {}

    void on_message(const frame& f);

    /// Replies that have been flushed since the last call.
    std::string take_flushed() { return std::exchange(flushed_, {}); }
    bool has_flushed() const { return !flushed_.empty(); }
    /// Hands out what waits to be flushed, as a server does whose buffer is full.
    void flush() { flushed_ += std::exchange(out_, {}); }

    bool closed() const { return closed_; }
    /// No transaction, no open segment, no copy, no reply held back.
    bool idle() const;
    bool copying() const { return copy_ != copy::none; }
    /// A boundary's ReadyForQuery is in what flush() or take_flushed() will give.
    bool segment_open() const { return segment_open_; }
    /// The client did what the proxy declares to answer otherwise (docs/guarantees.md).
    bool beyond_contract() const { return beyond_contract_; }

    /// Another client puts its own statements where this one's might be expected.
    void leave_foreign(const std::string& name);

private:
    struct statement {
        sql text;
        bool empty = false;
        bool undescribed =
            false;  // by a PREPARE among others: the proxy learns types and shape at the next use
        std::string source;
        std::string types;
        std::string shape;  // body of a RowDescription; empty: no rows
        std::size_t parameter_count() const { return types.size() / 4; }
    };
    struct portal {
        sql text{};
        bool empty = false;
        std::string shape{};
        std::string value{};
        std::size_t row = 0;
        bool done = false;
        bool dead = false;    // its transaction has failed
        bool broken = false;  // its Bind has failed half-way
    };
    struct failure {
        std::string sqlstate, message, routine, file, severity = "ERROR";
    };
    enum class copy { none, simple, extended };

    void parse(byte_view body);
    void bind(byte_view body);
    void describe(byte_view body);
    void close(byte_view body);
    void execute(byte_view body);
    void query(byte_view body);
    void run_query();
    void function_call();
    void sync();
    void copy_message(const frame& f);

    void run(const sql& s, portal& p, std::size_t max_rows, int depth);
    void run_rows(portal& p, std::size_t rows, std::size_t max_rows);
    void run_transaction(verb what);
    void run_execute(const sql& s, portal& p, std::size_t max_rows, int depth);
    void run_execute_alone(const sql& s, portal& p);
    void store(const std::string& name, const sql& s, byte_view source, std::string types);
    void end_transaction();
    void ready();

    std::string types_of(const sql& s, byte_view declared) const;
    std::string shape_of(const sql& s) const;
    void revalidate(const statement& s);
    bool knows_stale_statement() const;
    void note_stale_execute(const sql& s);
    void check_arguments(const sql& s, const statement& found);
    void refuse_if_aborted(const sql* s, const char* routine) const;
    void refuse_if_not_utf8(std::initializer_list<byte_view> texts) const;
    statement& find(const std::string& name, const char* routine_unnamed);

    void fail(const failure& f, bool extended);
    template <class Write>
    void say(Write&& write) {
        write(out_);
    }
    void tag(const std::string& text);

    database& database_;
    std::string out_, flushed_;
    std::map<std::string, statement> statements_;
    std::map<std::string, portal> portals_;
    std::vector<sql> script_;  // of a Query: what is still to run
    bool alone_ = false;       // a Query of one statement is running
    bool in_block_ = false;
    bool aborted_ = false;
    bool skipping_ = false;
    bool segment_open_ = false;
    bool closed_ = false;
    bool beyond_contract_ = false;
    bool copy_failed_ = false;  // data of a failed copy may still be on its way
    copy copy_ = copy::none;
};

}  // namespace pgsidecar::fuzz
