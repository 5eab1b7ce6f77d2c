#pragma once

#include <cstddef>
#include <string>

#include "protocol/backend_messages.hpp"
#include "protocol/bytes.hpp"
#include "protocol/out_batch.hpp"
#include "proxy/link/reply_queue.hpp"

namespace pgsidecar {

/// What the client is told, in order: the server's messages as they are, and words of ours between them. No
/// error of ours stands inside a message of the server's, and nothing behind the last word.
class answers {
public:
    out_batch& batch() { return batch_; }

    /// Messages of the server's begin, `size` bytes of which these have come.
    void begin(byte_view come, std::size_t size, bool shown) {
        rest_ = size - come.size();
        rest_shown_ = shown;
        if (shown) show(come);
    }
    /// Takes what has come of their rest. Returns how much.
    std::size_t pass(byte_view in) {
        const byte_view piece = in.substr(0, rest_);
        if (rest_shown_) show(piece);
        rest_ -= piece.size();
        return piece.size();
    }
    bool is_passing() const { return rest_ > 0; }
    /// In the middle of a message that the client sees.
    bool is_mid_message() const { return rest_ > 0 && rest_shown_; }

    /// A message of the server's, or a piece of one.
    void show(byte_view bytes) {
        if (!muted_) batch_.borrow(bytes);
    }

    /// Nothing in the middle of a message of the server's.
    void show_error(const error_message& e);
    /// The server's own, as if another of its routines had raised it.
    void show_error_from(byte_view body, byte_view routine);
    /// The server's own ErrorResponse or NoticeResponse with another position.
    void show_moved(backend type, byte_view body, byte_view position);
    /// What the client reads in place of the server's ErrorResponse.
    void show_instead(replacement why);
    void show_notice(const error_message& e);
    void show_parameter_types(byte_view parameter_types);
    void show_parameter(byte_view name, byte_view value);
    void show_close_complete(std::size_t times);
    void show_ready(transaction_status status);

    /// A CommandComplete that is not true yet.
    void hold_tag(byte_view command_complete) { held_tag_ = command_complete; }
    void show_held_tag();
    void forget_held_tag() { held_tag_.clear(); }

    /// An error behind which nothing is shown.
    void show_last(const error_message& e) {
        show_error(e);
        mute();
    }
    /// The client has been told the last thing that it is told.
    void mute() { muted_ = true; }
    bool is_muted() const { return muted_; }

private:
    template <class Write>
    void compose(Write&& write);

    out_batch batch_;
    std::string held_tag_;
    std::size_t rest_ = 0;  // bytes still to come of the server's messages that pass
    bool rest_shown_ = false;
    bool muted_ = false;
};

}  // namespace pgsidecar
