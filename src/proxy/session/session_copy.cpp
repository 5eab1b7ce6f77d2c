#include "proxy/session/session.hpp"

/// COPY FROM STDIN (semantics §6). Copy mode begins with CopyInResponse, not with a text.
namespace pgsidecar {

/// CopyData, CopyDone, CopyFail: held until the copy has begun, or dropped once it is known that none has.
session::progress session::on_copy_message(const frame& f) {
    if (!skipping_ && !settled()) return progress::wait;
    if (!copy_in_) return drop(f);
    to_server_.borrow(f.raw);
    begin_passing(f, f.raw.size(), false);
    if (static_cast<frontend>(f.type) != frontend::copy_data) {
        copy_in_ = false;
        unflushed_ = true;
    }
    return progress::done;
}

/// The server eats Sync and Flush during copy-in, and ends the connection at anything else.
session::progress session::on_message_in_copy(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    if (type == frontend::sync || type == frontend::flush) return progress::done;
    copy_in_ = false;
    return forward(f, request::sync);
}

void session::on_copy_in_response(expected_reply& head) {
    copy_in_ = head.copied = true;
    if (head.kind != request::execute) return;
    replies_.drop_eaten_syncs();
    open_ = true;
}

}  // namespace pgsidecar
