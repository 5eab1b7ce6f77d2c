#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "protocol/backend_messages.hpp"
#include "protocol/bytes.hpp"
#include "protocol/frame.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/link/server_link.hpp"
#include "proxy/session/answers.hpp"
#include "proxy/session/client_statements.hpp"
#include "proxy/session/local_answers.hpp"
#include "proxy/session/query_plan.hpp"
#include "proxy/session/session_options.hpp"
#include "proxy/session/session_statistics.hpp"
#include "proxy/session/settings.hpp"
#include "proxy/session/text_reading.hpp"
#include "proxy/sql/sql_facts.hpp"
#include "proxy/sql/sql_watch.hpp"
#include "proxy/sql/statement_effect.hpp"
#include "proxy/startup/startup_values.hpp"
#include "proxy/statements/statement.hpp"
#include "proxy/statements/statement_table.hpp"
#include "proxy/statements/text_pool.hpp"

namespace pgsidecar {

/// One client connection after start-up, and its link to the pooler: bytes in, bytes out, no I/O.
///
/// The driver feeds what it has read, flushes both batches, then forgets the bytes that were used. What is
/// not used stays in its read buffer and is fed again: after the flush when has_more(), after the next
/// on_server_bytes() when waits_for_server(), else with more behind it after the next read of that socket. So
/// the read buffer is the bounded hold queue.
class session {
public:
    /// `client_encoding` as the server has reported it during start-up; `names` of its pool, if they are
    /// kept; `start_up`: what the client goes back to at RESET.
    session(text_pool& texts, const session_options& options, server_link& link,
            byte_view client_encoding = "UTF8", std::shared_ptr<name_history> names = nullptr,
            startup_values start_up = {});
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session();

    /// A parameter that decides how texts are read, as the server has reported it.
    void reports(byte_view parameter, byte_view value) { reading_.reports(parameter, value); }

    /// When what is fed next has come, in nanoseconds since any moment: for the statements' server time only.
    void at(std::uint64_t now) { link_->at(now); }

    /// Takes the client's bytes as far as they may be sent now. Returns how many were used. Pieces of `in`
    /// are borrowed by the batches until these are flushed.
    std::size_t on_client_bytes(byte_view in);

    /// The client has closed, reset or been given up; bytes it sent before have been fed. Until finished(),
    /// only the server is read.
    void on_client_eof();

    /// Takes the server's bytes; what is not used is the start of a message. Adds only bytes of our own to
    /// to_server(), few and bounded, so the driver need not wait for them before it reads the server again.
    std::size_t on_server_bytes(byte_view in);

    /// The server has closed or been lost; `why` is told to the client as 08006 unless it knows already.
    void on_server_eof(byte_view why);

    /// The proxy is going down: 57P01 to the client, then as if it had left.
    void shut_down();

    out_batch& to_server() { return link_->to_server(); }
    out_batch& to_client() { return answers_.batch(); }

    /// The client's next message may not be looked at before the server has answered.
    bool waits_for_server() const { return held_ == held_back::for_server; }

    /// The batch is full: after the flush, what was not used of the client's bytes is to be fed again at
    /// once.
    bool has_more() const { return held_ == held_back::for_flush; }

    /// Both batches are to be flushed once more, then both connections closed.
    bool finished() const { return leaving_ == leave_step::left; }

    /// The client has sent Terminate.
    bool client_has_terminated() const { return terminated_; }

    /// A Terminate stands among client messages that have not been used yet.
    static bool has_terminate(byte_view unused);

    /// Nothing is expected from the server or owed to it, no segment and no block is open.
    bool idle() const { return link_->at_rest(); }

    /// The server is still at work on what the client has sent, and not on what undoes it.
    bool carries_out() const {
        return !link_->replies().empty() && leaving_ != leave_step::block && leaving_ != leave_step::farewell;
    }

    enum class state : std::uint8_t { idle, active, idle_in_transaction, leaving };
    state at_work() const;

    const session_counters& counters() const { return statistics_.counters; }
    const statement_table& statements() const { return statements_.table(); }
    /// Portals whose text uses SQL-level statements.
    std::size_t remembered_portals() const { return statements_.portals(); }

private:
    /// What became of a client message.
    enum class progress {
        done,  ///< used, as far as it has come
        wait,  ///< may not be sent before the server has answered; will be looked at again
        more,  ///< cannot be judged before more of it has come
    };

    /// A text that is looked at as it passes in pieces.
    struct watched_text {
        explicit watched_text(sql_reading reading) : watch(reading) {}

        sql_watch watch;
        bool names_a_statement = false;
        std::size_t to_be_spoiled = 0;  ///< bytes that are to be NULs: the server refuses the message
    };

    /// What a Bind is guarded with.
    struct shape_guard {
        result_formats_view formats;
        std::uint16_t columns;
    };

    /// The portals of a segment whose row shape has changed. Natively the first Bind fails when it has made
    /// its portal, which has no query (exec_bind_message in postgres.c), and those behind it are skipped.
    struct undone_portals {
        std::optional<std::string> without_query;
        std::vector<std::string> skipped;
        std::size_t made = 0;  ///< of the skipped ones, on the server: the first so many

        /// What is to be closed; a segment that has failed by itself has not made all of them.
        std::span<const std::string> to_close(bool failed) const {
            return std::span(skipped).first(failed ? std::min(made, skipped.size()) : skipped.size());
        }
    };

    /// What has been done so far for the client message that is being looked at again and again (§7).
    struct attempt {
        std::set<std::string, std::less<>> placed;  ///< names that have been put on the server in front of it
        query_text_ptr text;                        ///< of a Parse, and
        sql_facts facts;                            ///< of a Query: read once
        bool placing = false;                       ///< it is a Query, and what stood before it is answered
        bool placed_statement = false;              ///< and not all of them are empty
        statement_ptr probed;  ///< the types that its PREPARE declared have been asked for
        /// Of the row shapes of the statements that have been placed.
        enum class check : std::uint8_t { none, sent, changed };
        check shape = check::none;
        bool failed = false;  ///< a failure has been forced in its place
    };

    /// Of the extended protocol.
    enum class step : std::uint8_t { parse, bind, describe, execute };

    /// An EXECUTE inside the statement of another EXECUTE.
    struct execution {
        const std::string& name;
        const execution* outer;
        unsigned depth;
        bool runs;  ///< and does not fail before it looks at the statement

        bool executes(byte_view n) const { return name == n || (outer && outer->executes(n)); }
    };

    // session.cpp: the client's stream
    progress on_frontend(const frame& f);
    progress dispatch(const frame& f);
    bool wanted_whole(const frame& f) const;
    static byte_view bind_head(const frame& f);
    bool batch_is_full() const;
    std::size_t pass_rest(byte_view in);
    void pass_watched(byte_view piece);
    void refuse_passing();
    void watch_text() { watched_ = std::make_unique<watched_text>(reading_.sql()); }
    /// What comes next is the rest of a message that is passed on or dropped.
    bool is_mid_message() const { return dropping_ > 0 || link_->passing() > 0; }
    void after_message();
    progress forward(const frame& f, request kind);
    progress drop(const frame& f);
    void end_segment(server_link::debt due);
    void pay(server_link::debt due);
    progress on_unknown_message(const frame& f);
    progress refuse(const error_message& fatal);

    // session_extended.cpp: the client's extended-protocol messages
    progress on_parse(const frame& f);
    progress place_and_parse(const frame& f, byte_view name);
    progress parse_statement(const frame& f, byte_view name, const query_text_ptr& text);
    progress on_long_parse(const frame& f);
    progress parse_known(const frame& f, byte_view name);
    void begin_statement(expected_reply& r, byte_view name, const statement_ptr& s);
    progress on_bind(const frame& f);
    progress send_bind(const frame& f, const bind_view& b, server_place where, const statement_ptr& s,
                       bool guarded = false);
    expected_reply& forward_bind(const frame& f, const bind_view& b, server_place where);
    void remember_portal(byte_view portal, const statement_ptr& s);
    progress on_describe(const frame& f);
    progress refuse_not_kept(const frame& f);
    progress refuse_another_statement(const frame& f, replacement why);
    progress refuse_unreadable(const frame& f, const sql_uses& uses);
    static replacement why_unreadable(const sql_uses& uses) {
        return uses.too_long ? replacement::query_too_long : replacement::names_not_read;
    }
    progress on_close(const frame& f);
    void close_statement(byte_view name);
    progress on_execute(const frame& f);
    progress on_flush(const frame& f);
    bool may_end_at_flush() const;
    progress on_sync(const frame& f);
    bool answers_locally(const frame& f);
    void answer_locally();
    static const sql_uses_ptr& uses_of(const statement& s);

    // session_statements.cpp: where a statement stands on the link's server, birth data
    expected_reply& make_resident(const statement_ptr& s);
    std::optional<server_place> find_resident(byte_view name, const statement& s) const;
    server_place place_for(const statement_ptr& s);
    void send_owed_birth(const frame& next);
    void keep_birth();
    expected_reply& send_describe(byte_view name, disposition how, purpose what, const statement_ptr& s);
    expected_reply& force_failure(replacement why, disposition how = disposition::swallow);
    bool learn(expected_reply& head, const frame& f);

    // session_shape.cpp: the check of the row shape
    bool checks_shape(const statement& s) const;
    void send_shape_check(server_place where, const statement_ptr& s, disposition how);
    static bool may_be_guarded(const frame& bind);
    static std::optional<shape_guard> guard_of(const frame& f, const bind_view& b, const statement& s);
    progress wait_for_verdict();
    statement_effect effect_of_running(const statement& s) const;
    void on_shape_changed();
    void note_undone_portals();
    void undo_portals(bool already_failed);
    void close_undone(byte_view portal);
    void fail_for_shape();

    // session_overlap.cpp: segments that need not wait for the ReadyForQuery of the one before
    bool may_overlap(const frame& f) const;
    bool bind_may_overlap(const frame& f) const;
    bool show_failed_block(const expected_reply& head, byte_view body);

    // session_query.cpp: simple protocol, FunctionCall, and the SQL-level family
    attempt& this_attempt();
    progress on_query(const frame& f);
    progress on_long_query(const frame& f);
    progress on_function_call(const frame& f);
    bool is_new_prepare_alone(const sql_uses& uses) const;
    void prepare_alone(const sql_use& use, byte_view sql);
    replacement overfills(const sql_uses& uses);
    progress place_names_for_query(const sql_uses& uses);
    progress before(const query_text& text, step at);
    progress before(const statement& s, step at);
    progress place_names(const sql_uses& uses, bool running, const execution* outer);
    progress place(const sql_use& use, const statement_ptr& s, bool running, const execution* outer);
    progress place_empty(const std::string& name, const statement_ptr& s);
    progress fail_attempt(replacement why);
    bool executes_behind_exit(const sql_uses& uses) const;
    bool is_placed(byte_view name) const;
    progress resolve_declared_types(const statement_ptr& s);
    table_effect effect_of(const sql_use& use, unsigned nesting = 0);

    // session_state.cpp: what RESET goes back to, and LISTEN
    state_use resolved(state_use use) const;
    progress send_query(const frame& f, byte_view text, sql_facts facts);
    void add_to_query(query_plan& plan, const std::vector<std::string>& ours, byte_view text, std::size_t at,
                      std::string& sent) const;
    void discard_alone(byte_view text, const state_use& use, const std::vector<std::string>& ours);
    void follow_execute(expected_reply& r, byte_view portal);
    bool show_moved(const expected_reply& head, const frame& f);
    bool mend_start_up(disposition how);

    // session_copy.cpp: COPY FROM STDIN
    void send_copy_query(byte_view sql);
    bool keeps_tag(const expected_reply& head, const frame& command_complete);
    progress on_copy_message(const frame& f);
    progress on_message_in_copy(const frame& f);

    // session_backend.cpp: the server's stream
    bool on_backend(const frame& f);
    bool on_reply(const frame& f);
    bool on_error(const frame& f);
    void complete();
    bool on_command_complete(expected_reply& head);
    void on_ready(const frame& f, bool shown);
    void on_transaction_end();
    bool on_parameter_status(byte_view body);
    bool show_replacement(const expected_reply& head, byte_view body);
    bool swallows_notice(byte_view body) const;
    void out_of_sync(byte_view what);

    // session_leave.cpp
    void leave();
    void advance_leave();
    bool advance_leave_step();
    void undo_segment();

    text_pool& texts_;
    session_options options_;
    answers answers_;

    session_statistics statistics_;

    // The client
    client_statements statements_;
    local_answers local_;
    settings settings_;
    text_reading reading_;
    std::size_t dropping_ = 0;               // bytes still to come of a message that is dropped
    std::unique_ptr<watched_text> watched_;  // null: nothing is
    std::unique_ptr<attempt> attempt_;       // null: nothing
    /// Why the client's next message has not been used.
    enum class held_back : std::uint8_t { nothing, for_server, for_flush };
    held_back held_ = held_back::nothing;
    bool terminated_ = false;

    // The link
    server_link* link_;
    bool skipping_ = false;        // an error has been shown: what the client sends up to its Sync is dropped
    bool copy_query_ = false;      // the open segment is a Query of the client's, whose Sync is ours to send
    std::string described_types_;  // of the last ParameterDescription that was looked at

    std::unique_ptr<undone_portals> undone_portals_;  // null: none
    bool shutdown_due_ = false;                       // as soon as that message has passed

    /// What is waited for before the next thing can be done.
    enum class leave_step : std::uint8_t {
        none,  ///< the client is there
        boundary,
        segment,
        block,
        farewell,
        left,  ///< both connections are to be closed
    };
    leave_step leaving_ = leave_step::none;
};

}  // namespace pgsidecar
