#include "proxy/session/session.hpp"

#include <algorithm>
#include <utility>

#include "protocol/frontend_messages.hpp"

namespace pgsidecar {
namespace {

/// PostgreSQL's own limits of a message's length (src/include/libpq/libpq.h): a longer one is a broken
/// stream.
constexpr std::uint32_t small_message_limit = 10'000;
constexpr std::uint32_t large_message_limit = 0x3fffffff;

/// A longer Query passes in pieces: one that names a prepared statement fails.
constexpr std::size_t max_whole_query_size = std::size_t{512} << 10;

/// Names of a Bind that are longer than this are refused: two names and 65,535 format codes fit.
constexpr std::size_t max_bind_head_size = std::size_t{256} << 10;

/// Replies that may be outstanding. Each costs about 100 bytes here and a few on the server's side.
constexpr std::size_t max_pending_replies = 16'384;

/// What is made of the client's bytes before it is flushed: a short Bind may bring a long statement with it.
constexpr std::size_t max_batch_size = std::size_t{1} << 20;

bool known_message(frontend type) {
    switch (type) {
        case frontend::bind:
        case frontend::close:
        case frontend::copy_data:
        case frontend::copy_done:
        case frontend::copy_fail:
        case frontend::describe:
        case frontend::execute:
        case frontend::flush:
        case frontend::function_call:
        case frontend::parse:
        case frontend::query:
        case frontend::sync:
        case frontend::terminate: return true;
        case frontend::password: return false;
    }
    return false;
}

std::uint32_t length_limit(frontend type) {
    switch (type) {
        case frontend::bind:
        case frontend::copy_data:
        case frontend::function_call:
        case frontend::parse:
        case frontend::query: return large_message_limit;
        default: return small_message_limit;
    }
}

bool is_copy_message(frontend type) {
    return type == frontend::copy_data || type == frontend::copy_done || type == frontend::copy_fail;
}

}  // namespace

session::session(text_pool& texts, const session_options& options, server_link& link,
                 byte_view client_encoding, std::shared_ptr<name_history> names, startup_values start_up)
    : texts_(texts),
      options_(options),
      statistics_(std::move(names)),
      statements_(texts, options_),
      settings_(std::move(start_up), link.pooler() != pooler_kind::direct),
      link_(&link) {
    reading_.reports("client_encoding", client_encoding);
}

session::~session() = default;

std::size_t session::on_client_bytes(byte_view in) {
    held_ = held_back::nothing;
    std::size_t used = 0;
    while (leaving_ == leave_step::none) {
        if (batch_is_full() && used < in.size()) {
            held_ = held_back::for_flush;
            break;
        }
        if (is_mid_message()) {
            used += pass_rest(in.substr(used));
            if (is_mid_message()) break;
            continue;
        }
        const auto f = peek_frame(in.substr(used));
        if (!f) break;
        const progress p = on_frontend(*f);
        if (p == progress::wait) held_ = held_back::for_server;
        if (p != progress::done) break;
        used += f->raw.size();
    }
    // What a client sends behind the last thing that it was told is of no use to anyone.
    return leaving_ != leave_step::none ? in.size() : used;
}

bool session::batch_is_full() const { return link_->to_server().size() >= max_batch_size; }

/// The rest of the client's message is dropped or passed on.
std::size_t session::pass_rest(byte_view in) {
    std::size_t used = std::min(dropping_, in.size());
    if (dropping_ > 0) {
        dropping_ -= used;
    } else {
        const byte_view piece = in.substr(0, link_->passing());
        used = piece.size();
        if (watched_)
            pass_watched(piece);
        else
            link_->pass(piece);
    }
    if (!is_mid_message()) after_message();
    return used;
}

/// A text that names a prepared statement must not run: what stands under that name may be another client's.
/// A NUL in the middle of it and what looks like an end that is not the message's are refused before anything
/// is run, wherever in a literal or comment that may be.
void session::pass_watched(byte_view piece) {
    constexpr std::size_t spoiled_bytes = 3;
    std::size_t at = piece.size();
    if (watched_->names_a_statement) {
        at = 0;
    } else {
        const auto named = watched_->watch.feed(piece);
        if (named && piece.substr(*named, 1) != byte_view("", 1)) {  // else there is no name behind it
            at = *named;
            watched_->names_a_statement = true;
            watched_->to_be_spoiled = spoiled_bytes;
            refuse_passing();
        }
    }
    const std::size_t spoiled = std::min(watched_->to_be_spoiled, piece.size() - at);
    watched_->to_be_spoiled -= spoiled;
    link_->pass(piece.substr(0, at));
    link_->spoil(spoiled);
    link_->pass(piece.substr(at + spoiled));
}

/// The client's message has been used to its last byte.
void session::after_message() {
    watched_ = nullptr;
    pay(link_->take_debt());
}

session::progress session::on_frontend(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    if (!known_message(type)) return on_unknown_message(f);
    if (!f.valid() || (f.length > small_message_limit && f.length > length_limit(type)))
        return refuse({.severity = "FATAL", .sqlstate = "08P01", .message = "invalid message length"});
    if (!f.whole() && wanted_whole(f)) return progress::more;

    if (is_copy_message(type)) return on_copy_message(f);
    if ((link_->boundary_in_flight() || copy_query_) && !link_->copies_in()) {  // §1
        if (copy_query_ || !may_overlap(f)) return progress::wait;
        if (!link_->current().is_open()) link_->begin_overlap();
    }
    if (link_->replies().size() >= max_pending_replies && !link_->settled()) return progress::wait;
    if (type == frontend::terminate) {
        terminated_ = true;
        leave();
        return progress::done;
    }
    if (link_->copies_in()) return on_message_in_copy(f);

    const progress p = dispatch(f);
    if (p == progress::done) {
        attempt_.reset();
        const bool is_over = !is_mid_message();
        if (is_over && (watched_ || link_->is_in_debt())) after_message();
    }
    return p;
}

session::progress session::dispatch(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    if (skipping_ && attempt_ && attempt_->placing && type == frontend::query) {
        // What was put in front of the Query has failed in its place (§7): the ReadyForQuery of our Sync is
        // its.
        skipping_ = false;
        statements_.forget_unnamed();  // as by any Query
        answers_.show_ready(link_->status());
        return drop(f);
    }
    if (skipping_ && type != frontend::sync) return drop(f);
    if (!link_->current().is_open() && answers_locally(f)) return progress::done;
    local_.send([this](byte_view name) { close_statement(name); });
    if (statements_.owes_birth() && !skipping_) send_owed_birth(f);
    const bool says_nothing = type == frontend::sync || type == frontend::flush;
    if (link_->in_failed_block() && link_->replies().has_execute() &&
        !says_nothing) {  // it may have ended the block
        if (!link_->settled()) return progress::wait;
        if (skipping_) return drop(f);
    }
    switch (type) {
        case frontend::parse: return on_parse(f);
        case frontend::bind: return on_bind(f);
        case frontend::describe: return on_describe(f);
        case frontend::close: return on_close(f);
        case frontend::execute: return on_execute(f);
        case frontend::flush: return on_flush(f);
        case frontend::sync: return on_sync(f);
        case frontend::query: return on_query(f);
        case frontend::function_call: return on_function_call(f);
        default: return drop(f);  // copy messages and Terminate have been seen to
    }
}

/// Which messages are looked at as a whole; the others pass in pieces.
bool session::wanted_whole(const frame& f) const {
    switch (static_cast<frontend>(f.type)) {
        case frontend::parse: return f.size() <= options_.max_statement_size;
        case frontend::query: return f.size() <= std::min(options_.max_statement_size, max_whole_query_size);
        case frontend::bind: {
            const auto head = read_bind(bind_head(f));
            return bind_head(f).size() < max_bind_head_size && !(head && head->parameter_count);
        }
        case frontend::copy_data:
        case frontend::function_call: return false;
        default: return true;
    }
}

/// What is looked at of a Bind, however much of it has come.
byte_view session::bind_head(const frame& f) { return f.body().substr(0, max_bind_head_size); }

/// Natively what was sent before it is answered first.
session::progress session::on_unknown_message(const frame& f) {
    if (!link_->copies_in() && (link_->boundary_in_flight() || !link_->settled())) return progress::wait;
    answer_locally();
    const std::string message =
        "invalid frontend message type " + std::to_string(static_cast<std::uint8_t>(f.type));
    return refuse({.severity = "FATAL",
                   .sqlstate = "08P01",
                   .message = message,
                   .file = "postgres.c",
                   .routine = "SocketBackend"});
}

/// The server has not skipped it already.
void session::refuse_passing() {
    if (skipping_ || link_->replies().empty() || link_->newest().how == disposition::discard) return;
    link_->newest().note.instead = replacement::query_too_long;
    statistics_.provokes(replacement::query_too_long);
}

/// The client has broken the protocol: it is told so, and its work is undone.
session::progress session::refuse(const error_message& fatal) {
    ++statistics_.counters.protocol_violations;
    answers_.show_last(fatal);
    leave();
    return progress::done;
}

/// The client's message as it is.
session::progress session::forward(const frame& f, request kind) {
    link_->forward(f, kind);
    return progress::done;
}

/// A Sync of ours, in the middle of what the client sends: not before the message that is passing has passed.
void session::end_segment(server_link::debt due) {
    if (link_->passing() > 0)
        link_->owe(due);
    else
        pay(due);
}

/// The client sees the ReadyForQuery if it has sent the segment as a Query.
void session::pay(server_link::debt due) {
    if (due == server_link::debt::nothing) return;
    const bool fails = due == server_link::debt::failure;
    if (fails) fail_for_shape();
    const disposition how = std::exchange(copy_query_, false) ? disposition::forward : disposition::swallow;
    link_->send_sync(how).fails_block = fails;
}

session::progress session::drop(const frame& f) {
    dropping_ = f.size() - f.raw.size();
    return progress::done;
}

session::state session::at_work() const {
    if (leaving_ != leave_step::none || answers_.is_muted()) return state::leaving;
    if (!link_->replies().empty() || link_->current().is_open() || skipping_) return state::active;
    return link_->is_idle() ? state::idle : state::idle_in_transaction;
}

void session::shut_down() {
    if (finished() || answers_.is_muted()) return;
    shutdown_due_ = answers_.is_mid_message();
    if (shutdown_due_) return;
    answers_.show_last({.severity = "FATAL",
                        .sqlstate = "57P01",
                        .message = "terminating connection due to administrator command"});
    leave();
}

}  // namespace pgsidecar
