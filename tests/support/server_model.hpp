#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/frame.hpp"
#include "support/sql_text.hpp"

namespace pgsidecar::test {

/// A small PostgreSQL: the message flow of its protocol over a catalog of texts.
///
/// A pooled one is another server after every ReadyForQuery 'I': names and the unnamed statement are then
/// other clients', and to use one without having closed or parsed it first is a fault. So is everything that
/// a pooler in transaction mode cannot bear: see fault().
class server_model {
public:
    enum class lending {
        own,
        pooled,    ///< by pgBouncer 1.18: at a ReadyForQuery 'I', whatever else has been sent
        tracking,  ///< when all that has been sent is answered; the next segment still may meet another
                   ///< server
    };

    server_model(const catalog& texts, lending l) : texts_(texts), lending_(l) { change_server(); }

    /// Takes the client's bytes, which may end inside a message.
    void receive(byte_view bytes);

    /// The replies to the oldest message that has come whole; nothing when there is none.
    std::optional<std::vector<std::string>> answer();

    /// A reply has reached the client.
    void delivered(byte_view reply);

    /// The texts that write and whose transaction has been committed, in order.
    const std::vector<std::string>& committed() const { return committed_; }

    const std::vector<std::string>& faults() const { return faults_; }
    bool terminated() const { return terminated_; }
    bool idle() const { return inbox_.empty() && unread_.empty() && !open_ && status_ == 'I'; }

private:
    struct prepared {
        std::string sql;
        std::vector<oid> types;
        columns shape;
        bool foreign = false;
    };
    struct portal {
        prepared statement;
        std::vector<std::optional<std::string>> values;
        std::vector<std::uint16_t> formats;
        std::size_t rows_sent = 0;
        bool done = false;
    };
    using replies = std::vector<std::string>;

    void fault(const std::string& what) { faults_.push_back(what); }
    void change_server();
    void on_arrival(const frame& f);

    void process(const frame& f);
    void on_parse(byte_view body);
    void on_bind(byte_view body);
    void on_describe(byte_view body);
    void on_close(byte_view body);
    void on_execute(byte_view body);
    void on_sync();
    void on_query(byte_view body);
    void on_copy_message(const frame& f);

    const sql_text* find_text(byte_view sql) const;
    columns shape_of(const sql_text& t);
    prepared* find_statement(byte_view name);
    bool checked_shape(const prepared& p);
    void refresh(prepared& p);
    void run(portal& p, std::uint32_t max_rows);
    void send_rows(portal& p, std::uint32_t max_rows, const sql_text& t);
    void transaction_command(const sql_text& t);
    void end_block(bool commits);
    void commit();
    void error(byte_view sqlstate, byte_view text, const char* routine, const char* file = "postgres.c");
    void fail(std::string with);
    void unknown_statement(byte_view name, const char* routine);
    void ready();
    void say(std::string reply) { out_.push_back(std::move(reply)); }

    const catalog& texts_;
    lending lending_;
    std::string unread_;
    std::deque<std::string> inbox_;
    replies out_;
    std::vector<std::string> faults_;

    std::map<std::string, prepared, std::less<>> statements_;
    std::set<std::string, std::less<>> known_names_;  // closed or parsed on this server
    std::map<std::string, portal, std::less<>> portals_;
    char status_ = 'I';
    std::vector<std::string> written_, committed_;
    bool open_ = false;
    bool skipping_ = false;
    bool altered_ = false;
    bool given_away_ = false;  // at a ReadyForQuery 'I' that has not reached the client yet
    bool terminated_ = false;
    enum class copying { no, extended, simple } copy_ = copying::no;
    bool copy_failed_ = false;  // data may still cross the error
    std::size_t copied_rows_ = 0;
};

}  // namespace pgsidecar::test
