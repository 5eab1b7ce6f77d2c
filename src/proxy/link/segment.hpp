#pragma once

#include <algorithm>
#include <string>

#include "protocol/names.hpp"
#include "proxy/link/reply_queue.hpp"
#include "proxy/sql/statement_effect.hpp"

namespace pgsidecar {

/// What has been sent since the last boundary. It is open from its first message to the one that is answered
/// by ReadyForQuery.
class segment {
public:
    bool is_open() const { return open_; }

    /// In front of its first message.
    void begin() {
        only_prepares_ = true;
        executed_ = statement_effect::none;
        bound_effect_ = statement_effect::lasting;  // of another segment
    }

    void sends(request kind) {
        only_prepares_ = only_prepares_ && prepares(kind);
        open_ = unflushed_ = !is_boundary(kind);
    }

    /// The server has eaten the boundary.
    void reopen() { open_ = true; }
    void close() { open_ = unflushed_ = false; }

    /// Something has been sent that nothing makes the server answer yet.
    bool is_unflushed() const { return unflushed_; }
    void unflush() { unflushed_ = true; }
    void flush() {
        unflushed_ = false;
        check_flushed_ = true;
    }

    /// A check of the row shape is sent, which nothing makes the server answer yet.
    void checks() { check_flushed_ = false; }
    bool check_is_flushed() const { return check_flushed_; }

    /// Nothing is executed, and nothing bound that a later message could miss.
    bool only_prepares() const { return open_ && only_prepares_; }

    /// The most that what has been executed leaves.
    statement_effect executed() const { return executed_; }
    void executes(statement_effect effect) { executed_ = std::max(executed_, effect); }

    void binds(byte_view portal, statement_effect effect) {
        bound_.assign(statement_key(portal));
        bound_effect_ = effect;
    }
    /// The most that an Execute of this portal may leave.
    statement_effect effect_of(byte_view portal) const {
        return bound_ == statement_key(portal) ? bound_effect_ : statement_effect::lasting;
    }

private:
    static bool prepares(request kind) {
        return kind == request::parse || kind == request::describe_statement || kind == request::close;
    }

    std::string bound_;  // the portal that was bound last
    statement_effect bound_effect_ = statement_effect::lasting;
    statement_effect executed_ = statement_effect::none;
    bool open_ = false;
    bool unflushed_ = false;
    bool only_prepares_ = false;
    bool check_flushed_ = false;
};

}  // namespace pgsidecar
