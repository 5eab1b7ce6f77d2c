#include "proxy/link/reply_queue.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <string_view>

namespace pgsidecar {
namespace {

/// Close, Parse, Describe, Bind, Describe, Execute, Sync.
constexpr std::size_t entries_of_a_round_trip = 7;

struct replies {
    std::string_view before;  // any number of these
    std::string_view last;
};

/// Manual: "Message Flow"; indexed by request.
constexpr std::array replies_to{
    replies{"", "1"},           // parse
    replies{"", "2"},           // bind
    replies{"", "3"},           // close
    replies{"t", "Tn"},         // describe_statement
    replies{"", "Tn"},          // describe_portal
    replies{"DGHdcW", "CIs"},   // execute
    replies{"", "Z"},           // sync
    replies{"TDCIGHdcW", "Z"},  // query
    replies{"V", "Z"},          // function_call
    replies{"", ""},            // malformed
};

/// Message types by their codes.
using type_set = std::bitset<256>;

constexpr std::size_t code(char type) { return static_cast<unsigned char>(type); }

type_set set_of(std::string_view types) {
    type_set out;
    for (const char type : types) out.set(code(type));
    return out;
}

struct reply_sets {
    type_set all;
    type_set last;
};

/// Looked up for every message of the server.
const auto sets = [] {
    std::array<reply_sets, replies_to.size()> out;
    std::ranges::transform(replies_to, out.begin(), [](const replies& each) {
        return reply_sets{set_of(each.before) | set_of(each.last), set_of(each.last)};
    });
    return out;
}();

const reply_sets& sets_of(request kind) { return sets[static_cast<std::size_t>(kind)]; }

}  // namespace

bool may_answer(request kind, backend reply) { return sets_of(kind).all[code(static_cast<char>(reply))]; }

bool ends(request kind, backend reply) { return sets_of(kind).last[code(static_cast<char>(reply))]; }

expected_reply& reply_queue::expect(request kind, disposition how, purpose what) {
    boundaries_ += is_boundary(kind);
    shape_checks_ += what == purpose::shape_check;
    if (entries_.empty()) entries_.reserve(entries_of_a_round_trip);
    return entries_.emplace_back(kind, how, what);
}

/// Room is made where half of it is answered, so that a pipeline without end takes no more.
void reply_queue::pop() {
    boundaries_ -= is_boundary(head().kind);
    shape_checks_ -= head().what == purpose::shape_check;
    if (++first_ == entries_.size()) {
        entries_ = std::vector<expected_reply>();  // gives back its memory, which {} would not
        first_ = 0;
    } else if (2 * first_ > entries_.size() && first_ > entries_of_a_round_trip) {
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

expected_reply* reply_queue::boundary() {
    const auto entries = pending();
    const auto found = std::ranges::find_if(entries, [](const auto& e) { return is_boundary(e.kind); });
    return found == entries.end() ? nullptr : &*found;
}

void reply_queue::forget_places(placed_statements& sent) const {
    for (const expected_reply& entry : pending())
        if (entry.where) sent[*entry.where] = nullptr;
}

void reply_queue::forget_places_that_may_be_skipped(placed_statements& sent) const {
    bool may_be_skipped = false;  // something before it in its segment may fail
    for (const expected_reply& entry : pending()) {
        if (is_boundary(entry.kind)) {
            may_be_skipped = false;
            continue;
        }
        if (entry.where && may_be_skipped) sent[*entry.where] = nullptr;
        may_be_skipped |= entry.kind != request::close;
    }
}

bool reply_queue::ends_in_boundary() const { return !entries_.empty() && is_boundary(entries_.back().kind); }

bool reply_queue::has_execute() const {
    return std::ranges::any_of(pending(), [](const auto& e) { return e.kind == request::execute; });
}

void reply_queue::skip_to_sync() {
    while (!empty() && head().kind != request::sync) pop();
}

void reply_queue::forget_named_places() {
    for (expected_reply& entry : pending())
        if (entry.where && !entry.where->unnamed()) entry.where.reset();
}

std::vector<std::string> reply_queue::discard_to_boundary() {
    std::vector<std::string> portals;
    for (expected_reply& entry : pending()) {
        if (is_boundary(entry.kind)) {
            entry.fails_block = true;
            break;
        }
        if (entry.kind == request::bind) portals.push_back(entry.note.portal ? *entry.note.portal : "");
        shape_checks_ -= entry.what == purpose::shape_check;
        entry = expected_reply(entry.kind, disposition::discard);
    }
    return portals;
}

void reply_queue::drop_eaten_syncs() {
    while (size() > 1 && entries_.back().kind == request::sync) {
        entries_.pop_back();
        --boundaries_;
    }
}

}  // namespace pgsidecar
