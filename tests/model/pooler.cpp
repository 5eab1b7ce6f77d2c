#include "model/pooler.hpp"

#include "model/messages.hpp"
#include "support/notation.hpp"

namespace pgsidecar::model {
namespace {

bool ends_transaction(byte_view reply) {
    const auto f = peek_frame(reply);
    return f->type == static_cast<char>(backend::ready_for_query) && f->body() == "I";
}

server::names names_of(pooler_kind kind) {
    return kind == pooler_kind::direct ? server::names::own : server::names::foreign;
}

}  // namespace

pooler::pooler(const catalog& known, pooler_kind kind)
    : kind_(kind), server_(known, database_, names_of(kind)) {}

void pooler::receive(byte_view bytes) {
    unread_.append(bytes);
    while (const auto f = peek_frame(unread_)) {
        if (!f->whole()) break;
        on_arrival(*f);
        inbox_.emplace_back(f->raw);
        unread_.erase(0, f->size());
    }
}

void pooler::fault(const std::string& what, byte_view message) {
    faults_.push_back(what + ": " + test::frontend_notation(message).front());
}

/// What a pooler in transaction mode cannot bear (semantics §1, §2, §6).
void pooler::on_arrival(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    const bool copies = server_.takes_copy_data();
    const bool nothing_open = !server_.segment_open() && inbox_.empty();
    if (left_) fault("sent behind Terminate", f.raw);
    if (ends_under_way_ > 0 && !(copies && is_copy_message(type)))
        fault("sent to a server that has been given away", f.raw);
    if (is_copy_message(type) && !copies) fault("copy data outside a copy", f.raw);
    if (type == frontend::flush && nothing_open) fault("nothing un-synced in front of it", f.raw);
    if (type != frontend::terminate) return;
    left_ = true;
    if (!server_.idle() || !inbox_.empty()) fault("in a transaction", f.raw);
}

bool pooler::process_one() {
    if (inbox_.empty() || closed()) return false;
    const std::string message = std::move(inbox_.front());
    inbox_.pop_front();
    server_.on_message(*peek_frame(message));
    for (std::string& what : server_.take_faults()) faults_.push_back(std::move(what));
    collect();
    return true;
}

void pooler::flush() {
    server_.flush();
    collect();
}

void pooler::collect() {
    for (std::string& reply : server_.take_flushed()) {
        if (ends_transaction(reply)) give_away();
        replies_.push_back(std::move(reply));
    }
}

void pooler::give_away() {
    if (kind_ == pooler_kind::direct) return;
    server_.left_to_others();
    if (kind_ != pooler_kind::pgbouncer_1_18) return;
    ++ends_under_way_;
    for (const std::string& message : inbox_)
        if (!is_copy_message(static_cast<frontend>(message.front())))
            fault("sent behind what ends the transaction", message);
}

void pooler::delivered(byte_view reply) {
    if (ends_under_way_ > 0 && ends_transaction(reply)) --ends_under_way_;
}

bool pooler::idle() const {
    return server_.idle() && inbox_.empty() && unread_.empty() && replies_.empty() && ends_under_way_ == 0;
}

}  // namespace pgsidecar::model
