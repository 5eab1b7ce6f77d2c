#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// COPY FROM STDIN (semantics §6). Copy mode begins with CopyInResponse, not with a text.
namespace pgsidecar {

/// pgBouncer 1.18 gives the server back in the middle of a CopyData when a COPY by Query fails while its data
/// is on its way, and the next server reads the rest as messages. By Execute it waits for the Sync, which is
/// ours and stands behind what has been sent. Its replies are a Query's without ParseComplete and
/// BindComplete.
void session::send_copy_query(byte_view sql) {
    ++statistics_.counters.queries;
    statements_.forget_unnamed();
    link_->send_as_execute(sql).what = purpose::copy_by_query;
    link_->lasts();
    link_->flush();
    copy_query_ = true;
}

/// A Query commits before it says what it has done: until then its tag is kept.
bool session::keeps_tag(const expected_reply& head, const frame& command_complete) {
    const bool keeps = head.what == purpose::copy_by_query;
    if (keeps) answers_.hold_tag(command_complete.raw);
    return keeps;
}

/// CopyData, CopyDone, CopyFail: held until the copy has begun, or dropped once it is known that none has.
session::progress session::on_copy_message(const frame& f) {
    if (!skipping_ && !link_->settled()) return progress::wait;
    if (!link_->copies_in()) return drop(f);
    link_->forward_copy(f);
    if (!link_->copies_in() && copy_query_) end_segment(server_link::debt::sync);
    return progress::done;
}

/// The server eats Sync and Flush during copy-in, and ends the connection at anything else.
session::progress session::on_message_in_copy(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    if (type == frontend::sync || type == frontend::flush) return progress::done;
    link_->end_copy();
    return forward(f, request::sync);
}

}  // namespace pgsidecar
