#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "protocol/backend_messages.hpp"
#include "protocol/frame.hpp"
#include "protocol/frontend_messages.hpp"
#include "protocol/out_batch.hpp"
#include "proxy/link/pooler_kind.hpp"
#include "proxy/link/reply_queue.hpp"
#include "proxy/link/residents.hpp"
#include "proxy/link/segment.hpp"

namespace pgsidecar {

/// One server connection as far as it can be known: what it has been sent, what it owes, and which statements
/// stand on it. It knows no client: what an answer means to one is a note on its entry.
///
/// Every message is begun, composed and expected, in this order and in one function: a segment begins before
/// its first byte, each message has its reply in the queue, and nothing of ours stands inside a message of
/// the client's. Only a link writes to its server.
class server_link {
public:
    explicit server_link(pooler_kind pooler) : pooler_(pooler) {}
    server_link(const server_link&) = delete;
    server_link& operator=(const server_link&) = delete;
    ~server_link() = default;

    pooler_kind pooler() const { return pooler_; }

    /// When what is sent next is sent, in nanoseconds since any moment.
    void at(std::uint64_t now) { now_ = now; }
    std::uint64_t now() const { return now_; }

    out_batch& to_server() { return to_server_; }

    /// Nothing is expected, owed or half sent, no segment and no block is open: equal to a new one, and may
    /// serve somebody else.
    bool at_rest() const {
        return replies_.empty() && !segment_.is_open() && owed_ == debt::nothing && passing_ == 0 &&
               status_ == transaction_status::idle;
    }

    /// Of the last ReadyForQuery.
    transaction_status status() const { return status_; }
    bool is_idle() const { return status_ == transaction_status::idle; }
    /// As far as the commands that have completed since have not ended it.
    bool in_failed_block() const { return aborted_; }
    /// Between CopyInResponse and the client's CopyDone or CopyFail.
    bool copies_in() const { return copy_in_; }
    /// The last boundary was a Query or FunctionCall.
    bool is_after_query() const { return after_query_; }
    const segment& current() const { return segment_; }
    const residents& standing() const { return residents_; }

    /// What it still has to answer.
    const reply_queue& replies() const { return replies_; }
    bool boundary_in_flight() const { return replies_.boundaries() > 0; }
    /// Others than the segment that is being answered have been begun.
    bool segments_behind() const { return replies_.boundaries() > (segment_.is_open() ? 0U : 1U); }
    /// A check of the row shape is on its way, or the Bind behind one that has found another.
    bool awaits_verdict() const {
        return replies_.shape_checks() > 0 || (!replies_.empty() && replies_.head().shape_changed);
    }
    /// A Sync would commit something.
    bool would_last() const {
        return segment_.executed() > (is_idle() ? statement_effect::none : statement_effect::undone);
    }

    // The client's messages, borrowed as far as they have come.

    expected_reply& forward(const frame& f, request kind);
    expected_reply& forward_execute(const frame& f, statement_effect effect);
    /// Only the start of it, `bytes` long; the rest is to be passed.
    expected_reply& forward_start(const frame& f, request kind, std::size_t bytes);
    /// A head of ours in place of the client's, `write(std::string&)`; a rest of `size` bytes is to be
    /// passed.
    template <class Write>
    expected_reply& forward_rest(request kind, std::size_t size, Write&& write) {
        begin();
        to_server_.compose(std::forward<Write>(write));
        passing_ = size;
        return expect(kind, disposition::forward);
    }
    /// With one result-format code for each of so many columns in place of its own.
    expected_reply& forward_guarded_bind(const frame& f, const bind_view& b, byte_view statement,
                                         const result_formats_view& formats, std::uint16_t columns);
    void forward_flush(const frame& f);
    /// CopyData, CopyDone, CopyFail.
    void forward_copy(const frame& f);

    /// Bytes still to come of the message that is being passed on.
    std::size_t passing() const { return passing_; }
    /// Takes some of them. Returns how many.
    std::size_t pass(byte_view in);
    /// NULs in the place of so many of them.
    void spoil(std::size_t bytes);

    // Ours.

    expected_reply& send_parse(byte_view name, byte_view sql, byte_view types, disposition how,
                               purpose what = purpose::none);
    expected_reply& send_describe(byte_view name, disposition how, purpose what);
    expected_reply& send_bind(byte_view portal, byte_view statement, disposition how);
    expected_reply& send_execute(byte_view portal, disposition how);
    expected_reply& send_close(target_kind target, byte_view name, disposition how);
    expected_reply& send_query(byte_view sql, disposition how);
    expected_reply& send_sync(disposition how);
    void send_copy_fail(byte_view why);
    void send_terminate();

    /// A Bind that fails.
    expected_reply& send_failure(disposition how);
    /// Parse, Bind and Execute of a text in the unnamed slot and portal: answered as the Query that it stands
    /// for. The Execute's entry.
    expected_reply& send_as_execute(byte_view sql);
    /// Executes a statement whose answers nobody sees. Takes the unnamed slot; the unnamed portal stays.
    void run(byte_view sql);
    /// Frees a name on the server, so that the client's own message meets no other client's statement (§5,
    /// §7). With `then_empty` a statement stands there that cannot fail.
    void free_name(byte_view name, bool then_empty);
    /// The statement stands there from then on.
    void place(expected_reply& r, server_place where, const statement_ptr& s);
    server_place next_name() { return residents_.next_name(); }
    /// What stands under names of ours is not relied on any more.
    void forget_names();
    /// Nor is anything that is resident: the server may be told to forget it.
    void forget_residents() { residents_.forget(); }
    void flush();
    /// Everything that has been sent is answered, or the copy has begun. Sees to it that the answers come.
    bool settled();
    /// Makes the answers of a check come that is waited for.
    void hasten_verdict();
    /// Whatever the text says that was sent last, it lasts.
    void lasts() { segment_.executes(statement_effect::lasting); }
    void binds(byte_view portal, statement_effect effect) { segment_.binds(portal, effect); }

    /// What is due as soon as the message that is being passed on has passed.
    enum class debt : std::uint8_t { nothing, sync, failure };  // a failure and then a Sync
    void owe(debt due) { owed_ = std::max(owed_, due); }
    debt owed() const { return owed_; }
    debt take_debt() { return std::exchange(owed_, debt::nothing); }
    bool is_in_debt() const { return owed_ != debt::nothing; }

    /// None of the segments in flight can end the block or begin one, so that the next need not wait for
    /// their ReadyForQuery.
    bool may_be_overlapped() const { return overlappable_; }
    void forbid_overlap() { overlappable_ = false; }
    /// A segment that does not wait begins: what is on its way is not known.
    void begin_overlap();

    // What it says. The session looks at the head of the queue first.

    expected_reply& head() { return replies_.head(); }
    expected_reply& behind_head() { return replies_.behind_head(); }
    expected_reply& newest() { return replies_.back(); }
    expected_reply* next_boundary() { return replies_.boundary(); }
    /// The head has been answered.
    void complete() {
        expected_reply& head = replies_.head();
        if (head.where) residents_.answered[*head.where] = std::move(head.resident);
        replies_.pop();
    }
    void on_copy_in_response();
    void end_copy() { copy_in_ = false; }
    /// It may have ended the failed block.
    void on_command_complete() { aborted_ = false; }
    /// The head has failed, and with it what stands behind it up to the Sync. Whether none was on its way.
    bool on_error();
    /// A boundary of this kind, which is complete.
    void on_ready(transaction_status status, request kind);
    /// The row shape has changed: see reply_queue.
    std::vector<std::string> discard_to_boundary();

private:
    void begin();
    expected_reply& expect(request kind, disposition how, purpose what = purpose::none);
    template <class Write>
    expected_reply& send(request kind, disposition how, Write&& write, purpose what = purpose::none) {
        begin();
        to_server_.compose(std::forward<Write>(write));
        return expect(kind, how, what);
    }
    bool can_be_overlapped() const;

    const pooler_kind pooler_;
    out_batch to_server_;
    reply_queue replies_;
    residents residents_;
    segment segment_;
    std::uint64_t now_ = 0;
    std::size_t passing_ = 0;
    transaction_status status_ = transaction_status::idle;
    debt owed_ = debt::nothing;
    bool overlappable_ = false;
    bool aborted_ = false;
    bool copy_in_ = false;
    bool after_query_ = false;
};

}  // namespace pgsidecar
