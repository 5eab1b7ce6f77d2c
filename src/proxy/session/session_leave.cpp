#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// Every way to leave (semantics §1): what is on its way is answered, what is open is undone, then Terminate.
/// The pooler would throw the server away, or commit nothing that a server of the client's own has committed.
namespace pgsidecar {

bool session::has_terminate(byte_view unused) {
    while (const auto f = peek_frame(unused)) {
        if (!f->valid() || !f->whole()) return false;
        if (static_cast<frontend>(f->type) == frontend::terminate) return true;
        unused.remove_prefix(f->raw.size());
    }
    return false;
}

void session::on_client_eof() {
    if (leaving_ == leave_step::none) leave();
}

void session::leave() {
    held_ = held_back::nothing;
    if (link_->passing() > 0) {
        // The server waits for the end of a message that will never come: only closing ends that.
        leaving_ = leave_step::left;
        return;
    }
    leaving_ = leave_step::boundary;
    advance_leave();
}

void session::advance_leave() {
    while (!finished() && advance_leave_step()) {}
}

/// Whether another step can be taken at once.
bool session::advance_leave_step() {
    switch (leaving_) {
        case leave_step::boundary:
            if (link_->boundary_in_flight() && !link_->copies_in()) return false;
            leaving_ = leave_step::segment;
            return true;
        case leave_step::segment:
            if (link_->current().is_open() && !link_->settled())
                return false;  // a copy may be about to begin
            leaving_ = leave_step::block;
            undo_segment();
            return true;
        case leave_step::block:
            if (!link_->replies().empty()) return false;
            leaving_ = leave_step::farewell;
            if (!link_->is_idle()) link_->send_query("ROLLBACK", disposition::swallow);
            return true;
        case leave_step::farewell:
            if (!link_->replies().empty()) return false;
            link_->send_terminate();
            leaving_ = leave_step::left;
            return false;
        case leave_step::none:
        case leave_step::left: break;
    }
    return false;
}

/// Natively the work of an open segment is gone; a plain Sync would commit it.
void session::undo_segment() {
    if (link_->copies_in() || link_->current().is_open()) answers_.mute();
    copy_query_ = false;
    if (link_->copies_in()) {
        link_->send_copy_fail("client has left");
        if (!link_->boundary_in_flight()) link_->send_sync(disposition::swallow);
    } else if (link_->current().is_open()) {
        force_failure(replacement::none);
        link_->send_sync(disposition::swallow);
    }
}

}  // namespace pgsidecar
