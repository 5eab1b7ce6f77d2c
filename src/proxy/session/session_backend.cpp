#include <string>
#include <utility>

#include "protocol/backend_messages.hpp"
#include "proxy/session/session.hpp"

/// The server's stream. Everything follows from the head of the queue of expected replies.
namespace pgsidecar {
namespace {

/// A longer message passes in pieces, judged by its start. RowDescription of 1,600 columns is the longest one
/// that has to be read as a whole.
constexpr std::size_t max_inspected_reply_size = std::size_t{1} << 20;

bool comes_in_runs(backend type) { return type == backend::data_row || type == backend::copy_data; }

/// Bulk: never looked at.
bool passes_unread(backend type) { return comes_in_runs(type) || type == backend::function_call_response; }

/// How long the messages are that begin here, of which `first` is the first: that one, or all the rows or
/// CopyData that come in a row, since what holds for one of them holds for the next.
std::size_t size_of_run(byte_view in, const frame& first) {
    std::size_t size = first.size();
    if (!comes_in_runs(static_cast<backend>(first.type))) return size;
    while (size < in.size()) {
        const auto next = peek_frame(in.substr(size));
        if (!next || next->type != first.type || !next->valid()) break;
        size += next->size();
    }
    return size;
}

bool is_reply(backend type) {
    switch (type) {
        case backend::authentication:
        case backend::backend_key_data:
        case backend::error_response:
        case backend::negotiate_protocol_version:
        case backend::notice_response:
        case backend::notification_response:
        case backend::parameter_status: return false;
        case backend::bind_complete:
        case backend::close_complete:
        case backend::command_complete:
        case backend::copy_both_response:
        case backend::copy_data:
        case backend::copy_done:
        case backend::copy_in_response:
        case backend::copy_out_response:
        case backend::data_row:
        case backend::empty_query_response:
        case backend::function_call_response:
        case backend::no_data:
        case backend::parameter_description:
        case backend::parse_complete:
        case backend::portal_suspended:
        case backend::ready_for_query:
        case backend::row_description: return true;
    }
    return false;
}

}  // namespace

std::size_t session::on_server_bytes(byte_view in) {
    std::size_t used = 0;
    while (!finished() && used < in.size()) {
        if (answers_.is_passing()) {
            used += answers_.pass(in.substr(used));
            if (!answers_.is_passing() && shutdown_due_) shut_down();
            continue;
        }
        const auto f = peek_frame(in.substr(used));
        if (!f) break;
        if (!f->valid()) {
            out_of_sync("message of impossible length");
            break;
        }
        const bool in_pieces =
            passes_unread(static_cast<backend>(f->type)) || f->size() > max_inspected_reply_size;
        if (!f->whole() && !in_pieces) break;
        const std::size_t size = size_of_run(in.substr(used), *f);
        const byte_view come = in.substr(used, size);
        answers_.begin(come, size, on_backend(*f));
        used += come.size();
    }
    if (leaving_ != leave_step::none) advance_leave();
    return finished() ? in.size() : used;
}

/// Whether the client sees the message.
bool session::on_backend(const frame& f) {
    const auto type = static_cast<backend>(f.type);
    switch (type) {
        case backend::parameter_status: return on_parameter_status(f.body());
        case backend::notification_response: return settings_.is_for_client(f.body());
        case backend::notice_response:
            return !swallows_notice(f.body()) && (link_->replies().empty() || !show_moved(link_->head(), f));
        case backend::error_response: return on_error(f);
        default: return !is_reply(type) || on_reply(f);  // of an unknown type: passes unchanged
    }
}

bool session::on_reply(const frame& f) {
    const auto type = static_cast<backend>(f.type);
    if (link_->replies().empty() || !may_answer(link_->head().kind, type)) {
        out_of_sync(std::string("unexpected message type '") + f.type + "'");
        return false;
    }
    expected_reply& head = link_->head();
    if (!f.whole() && !passes_unread(type)) {  // these are all short
        out_of_sync("message of impossible length");
        return false;
    }
    bool tells_change = false, kept = false, is_clients = true;
    switch (type) {
        case backend::parameter_description:
        case backend::row_description:
        case backend::no_data: tells_change = head.what != purpose::none && learn(head, f); break;
        case backend::bind_complete:
            tells_change = head.shape_changed;
            if (undone_portals_ && head.how == disposition::discard) ++undone_portals_->made;
            break;
        case backend::copy_in_response: link_->on_copy_in_response(); break;
        case backend::command_complete:
            is_clients = on_command_complete(head);
            settings_.completed(f.body());
            kept = keeps_tag(head, f);
            break;
        default: break;
    }
    if (tells_change) on_shape_changed();
    const bool shown = link_->head().how == disposition::forward && !kept;  // it may have moved
    if (type == backend::ready_for_query) {
        on_ready(f, shown);
        return false;
    }
    if (ends(link_->head().kind, type)) complete();
    return shown && is_clients;
}

/// The oldest message is answered.
void session::complete() {
    expected_reply& head = link_->head();
    statistics_.measure(head, link_->now());
    if (head.note.table != table_change::none) statements_.answered();
    link_->complete();
    if (copy_query_ && link_->replies().empty()) end_segment(server_link::debt::sync);
}

/// The effects of a Query's commands happen one by one, and survive a later error (§7). Whether it was one of
/// the client's.
bool session::on_command_complete(expected_reply& head) {
    link_->on_command_complete();
    if (!head.note.plan) return true;
    const query_plan::completed done = head.note.plan->complete();
    if (done.state) settings_.answered(*done.state);
    if (done.use) statements_.apply(effect_of(*done.use));
    return done.is_clients;
}

void session::on_ready(const frame& f, bool shown) {
    const char code = f.body().size() == 1 ? f.body().front() : '\0';
    if (code != 'I' && code != 'T' && code != 'E') return out_of_sync("unknown transaction status");
    const auto status = static_cast<transaction_status>(code);
    const request kind = link_->head().kind;
    const disposition how = link_->head().how;
    const bool copy_crossed_error = link_->head().copies == expected_reply::copy::crossed_error;
    const bool fails = link_->head().fails_block && status == transaction_status::in_block;
    const bool undoes =
        undone_portals_ && status == transaction_status::failed && !undone_portals_->to_close(true).empty();
    link_->complete();
    if (fails || undoes) {  // the Sync had been sent before the verdict
        if (fails)
            fail_for_shape();
        else
            undo_portals(true);
        link_->send_sync(how).fails_block = true;
        link_->forbid_overlap();
        if (undoes) undone_portals_ = nullptr;
        return;
    }
    undone_portals_ = nullptr;
    link_->on_ready(status, kind);
    if (status == transaction_status::idle) on_transaction_end();
    answers_.show_held_tag();
    if (shown && !mend_start_up(how)) answers_.show(f.raw);
    if (!shown && skipping_) mend_start_up(how);  // our Sync: the client's own is answered here
    if (copy_crossed_error && kind == request::query)
        end_segment(server_link::debt::sync);  // its data has taken a server (§6)
}

void session::on_transaction_end() {
    ++statistics_.counters.transactions;
    statements_.end_transaction();
    settings_.end_transaction();
}

bool session::on_error(const frame& f) {
    const byte_view body = f.body();
    link_->end_copy();
    answers_.forget_held_tag();
    if (ends_connection(body)) {
        // The last word: pgBouncer adds one of its own behind it.
        if (f.whole()) answers_.show(f.raw);
        answers_.mute();
        leaving_ = leave_step::left;
        return false;
    }
    if (link_->replies().empty()) return true;
    expected_reply& head = link_->head();
    if (head.copies == expected_reply::copy::begun) head.copies = expected_reply::copy::crossed_error;
    settings_.take_back();
    if (is_boundary(head.kind))
        return !head.fails_block && !show_replacement(head, body) && !show_moved(head, f);

    const bool shown =
        head.how != disposition::discard && !show_failed_block(head, body) && !show_replacement(head, body);
    const bool unnamed_is_gone = head.note.table == table_change::unnamed_parse,
               ends_undoing = head.what == purpose::shape_failure;
    const bool no_sync = link_->on_error();
    statements_.take_back();
    if (unnamed_is_gone) statements_.forget_unnamed();
    if (ends_undoing) undone_portals_ = nullptr;
    // No Sync on its way: ours, so that the server is free while the client reads (§5).
    if (no_sync) {
        skipping_ = !copy_query_;
        end_segment(server_link::debt::sync);
    } else if (link_->head().how != disposition::forward) {
        skipping_ = true;  // that Sync is ours already
    }
    return shown;
}

/// What the client reads in place of the server's words, or in front of them.
bool session::show_replacement(const expected_reply& head, byte_view body) {
    if (head.note.birth_types_first) answers_.show_parameter_types(head.note.subject->birth->parameter_types);
    // Natively the shape is looked at before the result formats (§4).
    const bool formats_of_another_shape =
        (head.note.guarded || head.shape_changed) &&
        error_field_value(body, error_field::routine) == "PortalSetResultFormat";
    if (formats_of_another_shape) ++statistics_.counters.shape_mismatches;
    const replacement instead = formats_of_another_shape ? replacement::shape_changed : head.note.instead;
    if (instead == replacement::none) return false;
    if (instead == replacement::describe_routine)
        answers_.show_error_from(body, "exec_describe_statement_message");
    else
        answers_.show_instead(instead);
    return true;
}

/// Whether the client sees it now.
bool session::on_parameter_status(byte_view body) {
    const auto status = read_parameter_status(body);
    if (!status) return true;
    reading_.reports(status->name, status->value);
    return !settings_.holds(status->name, status->value);
}

/// A Parse of ours repeats notices that came with the client's own: identifier cut (42622), escapes (22P06)
/// (B9). What is discarded may say anything but that the server goes down.
bool session::swallows_notice(byte_view body) const {
    if (link_->replies().empty()) return false;
    const byte_view sqlstate = error_field_value(body, error_field::sqlstate);
    const expected_reply& head = link_->head();
    if (head.how == disposition::discard || head.fails_block) return !sqlstate.starts_with("57P");
    if (head.kind == request::execute && head.how == disposition::swallow)
        return sqlstate == "25P01";  // SET LOCAL
    return head.what == purpose::parse_again && (sqlstate == "42622" || sqlstate == "22P06");
}

/// The two streams do not fit together any more: nothing that follows could be trusted.
void session::out_of_sync(byte_view what) {
    ++statistics_.counters.protocol_violations;
    const std::string message = std::string(what) + " from the upstream server";
    answers_.show_last({.severity = "FATAL", .sqlstate = "08P01", .message = message});
    leaving_ = leave_step::left;
}

void session::on_server_eof(byte_view why) {
    if (finished()) return;
    answers_.show_last({.severity = "FATAL", .sqlstate = "08006", .message = why});
    leaving_ = leave_step::left;
}

}  // namespace pgsidecar
