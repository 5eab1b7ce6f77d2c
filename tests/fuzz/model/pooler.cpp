#include "fuzz/model/pooler.hpp"

#include <utility>

#include "fuzz/support/check.hpp"

namespace pgsidecar::fuzz {
namespace {

/// Every name of the client's, the long one as it is cut.
constexpr std::array foreign_names{"", "a", "b", "A",
                                   "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"};

bool is_copy_message(frontend type) {
    return type == frontend::copy_data || type == frontend::copy_done || type == frontend::copy_fail;
}

bool ends_transaction(const frame& f) {
    return f.type == static_cast<char>(backend::ready_for_query) && f.body() == "I";
}

}  // namespace

void pooler::on_bytes(byte_view in) {
    in_.append(in);
    while (const auto f = peek_frame(in_)) {
        check(f->valid(), "the server is sent messages");
        if (!f->whole()) break;
        on_message(*f);
        in_.erase(0, f->size());
    }
}

void pooler::on_message(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    check(!left_, "nothing is sent behind Terminate");
    if (closed_) return;
    if (type == frontend::terminate) {
        left_ = closed_ = true;
        check(lease_ == nullptr, "Terminate is sent when nothing is owed and no server is ours");
        return;
    }
    check(ends_pending_ == 0 || is_copy_message(type),
          "nothing is sent behind what has ended the transaction");
    if (lease_ == nullptr) lend(type);
    check(unsynced_ || type != frontend::flush, "no Flush is sent with nothing to flush");
    lease_->on_message(f);
    unsynced_ = lease_->segment_open();
    collect();
    closed_ = lease_->closed();
}

void pooler::lend(frontend type) {
    check(type != frontend::flush && !is_copy_message(type), "no server is taken for nothing");
    random_ = random_ * 1664525 + 1013904223;
    lease_ = &servers_[(random_ >> 16) & 1];
    if (((random_ >> 17) & 1) == 0)
        for (const char* name : foreign_names) lease_->leave_foreign(name);
}

void pooler::flush() {
    if (lease_ == nullptr) return;
    lease_->flush();
    collect();
}

void pooler::collect() {
    const std::string out = lease_->take_flushed();
    for (byte_view rest = out; !rest.empty();) {
        const frame f = *peek_frame(rest);
        ends_pending_ += ends_transaction(f);
        rest.remove_prefix(f.size());
    }
    pending_ += out;
}

std::string pooler::deliver(std::size_t n) {
    std::string out = pending_.substr(0, n);
    pending_.erase(0, out.size());
    delivered_ += out;
    for (auto f = peek_frame(delivered_); f && f->whole(); f = peek_frame(delivered_)) {
        if (ends_transaction(*f) && --ends_pending_ == 0) lease_ = nullptr;
        delivered_.erase(0, f->size());
    }
    return out;
}

std::string pooler::describe() const {
    return std::string(lease_ != nullptr ? "a server is lent, " : "no server is lent, ") +
           (servers_[0].idle() && servers_[1].idle() ? "all idle" : "not idle");
}

}  // namespace pgsidecar::fuzz
