#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/message_types.hpp"
#include "proxy/link/residents.hpp"
#include "proxy/statements/statement.hpp"

namespace pgsidecar {

/// What has been sent to the server.
enum class request : std::uint8_t {
    parse,
    bind,
    close,
    describe_statement,
    describe_portal,
    execute,
    sync,
    query,
    function_call,
    malformed,  ///< a Flush with a body: answered by an error, or skipped
};

/// Answered by ReadyForQuery.
constexpr bool is_boundary(request kind) {
    return kind == request::sync || kind == request::query || kind == request::function_call;
}

/// What the client sees of the replies.
enum class disposition : std::uint8_t {
    forward,
    swallow,  ///< an ErrorResponse only (semantics §5)
    discard,  ///< nothing: it has been told how the segment ends
};

/// What the proxy itself does with the replies.
enum class purpose : std::uint8_t {
    none,
    parse_again,     ///< a Parse of ours that repeats one of the client's: its notices have been seen
    birth,           ///< learn the subject's birth data
    shape_check,     ///< compare the row shape with the subject's
    placed_check,    ///< the same for a statement that stands under the client's own name
    declared_types,  ///< learn the types that the subject's PREPARE declared
    copy_by_query,   ///< an Execute whose CommandComplete is shown with the ReadyForQuery, as a Query's
    shape_failure,   ///< the Bind that fails in place of a changed row shape
};

/// What the client reads in place of the server's ErrorResponse.
enum class replacement : std::uint8_t {
    none,
    shape_changed,
    text_not_kept,
    execute_after_exit,
    query_too_long,
    names_not_read,
    nested_too_deep,
    too_many_statements,
    too_much_memory,
    outcome_unknown,
    failed_block,
    describe_routine,  ///< the same error, as Describe would have raised it
};

/// What changes in the client's table when the message is answered.
enum class table_change : std::uint8_t {
    none,
    oldest,         ///< the oldest unanswered change is its
    unnamed_parse,  ///< the same; if the Parse fails, the client's "" is gone
};

class query_plan;

/// What the answer means to the client. The link carries it and does not read it.
struct client_note {
    replacement instead = replacement::none;
    table_change table = table_change::none;
    bool birth_types_first = false;  ///< an error is shown behind the subject's ParameterDescription
    bool guarded = false;            ///< a Bind that fails where the row shape has another number of columns
    statement_ptr subject;
    std::unique_ptr<const std::string> portal;  ///< of a Bind that a changed shape may undo; null: ""
    std::shared_ptr<query_plan> plan;           ///< of a Query or Execute; null: nothing follows from it
};

/// One message sent to the server: what will be answered, who sees it, and what holds once it has been
/// answered.
struct expected_reply {
    expected_reply(request r, disposition d, purpose w = purpose::none) : kind(r), how(d), what(w) {}

    /// Of the client's data.
    enum class copy : std::uint8_t {
        none,
        begun,          ///< CopyInResponse has come,
        crossed_error,  ///< and then ErrorResponse
    };

    request kind;
    disposition how;
    purpose what;
    copy copies = copy::none;
    bool overlaps = false;       ///< sent in a block, behind a Sync that had not been answered
    bool lasts = false;          ///< a boundary that may commit something
    bool shape_changed = false;  ///< a Bind behind a check that has found another row shape
    bool fails_block = false;    ///< a boundary whose block is to fail: only its ReadyForQuery is shown
    std::optional<server_place> where;  ///< there stands, once it is answered,
    statement_ptr resident;             ///< this one, or nothing
    std::uint64_t sent_at = 0;          ///< nanoseconds, server_link::at()
    client_note note;
};

/// One entry for every message sent to the server, in order. It takes no memory while nothing is expected; an
/// entry may move when another is added.
class reply_queue {
public:
    expected_reply& expect(request kind, disposition how, purpose what = purpose::none);

    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size() - first_; }
    expected_reply& head() { return entries_[first_]; }
    const expected_reply& head() const { return entries_[first_]; }
    expected_reply& behind_head() { return entries_[first_ + 1]; }
    expected_reply& back() { return entries_.back(); }
    void pop();

    /// How many messages are to be answered by ReadyForQuery.
    std::size_t boundaries() const { return boundaries_; }
    bool ends_in_boundary() const;
    /// The next one.
    expected_reply* boundary();

    /// An Execute is among them.
    bool has_execute() const;

    /// After an error the server skips to Sync: what it skips is never answered (manual: "Extended Query").
    void skip_to_sync();

    /// Those whose purpose is shape_check.
    std::size_t shape_checks() const { return shape_checks_; }

    /// Forgets in `sent` what is not answered.
    void forget_places(placed_statements& sent) const;

    /// The same, but for what the server cannot skip: it parses it, or refuses it and leaves the place empty.
    void forget_places_that_may_be_skipped(placed_statements& sent) const;

    /// What is on its way to places with names is not known to stand there any more.
    void forget_named_places();

    /// Nobody sees what comes before the next ReadyForQuery, and nothing follows from it; its block is to
    /// fail. Returns the portals that are bound there.
    std::vector<std::string> discard_to_boundary();

    /// CopyInResponse to an Execute: the server eats the Sync behind it (semantics §6).
    void drop_eaten_syncs();

private:
    std::span<expected_reply> pending() { return std::span(entries_).subspan(first_); }
    std::span<const expected_reply> pending() const { return std::span(entries_).subspan(first_); }

    std::vector<expected_reply> entries_;  // those in front of first_ are answered
    std::size_t first_ = 0;
    std::size_t boundaries_ = 0;
    std::size_t shape_checks_ = 0;
};

/// Whether `reply` may come in answer to `kind`, and whether it is the last one.
bool may_answer(request kind, backend reply);
bool ends(request kind, backend reply);

}  // namespace pgsidecar
