#include "proxy/session/settings.hpp"

#include <algorithm>

#include "protocol/field_reader.hpp"
#include "proxy/sql/sql_facts.hpp"

namespace pgsidecar {
namespace {

/// A portal whose statement changes the state is remembered until its Execute.
constexpr std::size_t max_portals = 64;
constexpr std::size_t max_portal_name = 256;

}  // namespace

void settings::binds(byte_view portal, const statement& s) {
    const std::vector<state_use>* const uses = kept_ && s.text ? &s.text->facts().state : nullptr;
    const bool changes = uses && uses->size() == 1;
    if (!changes && portals_.empty()) return;
    portals_.erase(std::string(portal));
    if (changes && portal.size() <= max_portal_name && portals_.size() < max_portals)
        portals_.emplace(portal, uses->front());
}

const state_use* settings::use_of(byte_view portal) const {
    if (portals_.empty()) return nullptr;
    const auto found = portals_.find(portal);
    return found == portals_.end() ? nullptr : &found->second;
}

std::vector<std::string> settings::behind(const state_use& use, position where) {
    if (!use.resets() || start_up_.empty()) return {};
    return start_up_.behind({.name = use.verb == state_verb::reset ? byte_view(use.name) : byte_view{},
                             .local = use.local,
                             .is_last = where.is_last,
                             .may_wait = where.may_wait});
}

bool settings::is_for_client(byte_view notification) const {
    if (!kept_) return true;
    field_reader in(notification);
    in.u32();  // process ID
    return channels_.has(in.cstr());
}

void settings::answered(const state_use& done) {
    switch (done.verb) {
        case state_verb::listen:
            channels_.add(done.name);
            if (warning_ == warning::none) warning_ = warning::due;
            break;
        case state_verb::unlisten: channels_.remove(done.name); break;
        case state_verb::unlisten_all: channels_.clear(); break;
        case state_verb::discard_all:
            channels_.clear();
            since_ready_ = reset::discarded;
            break;
        case state_verb::reset:
        case state_verb::reset_all: since_ready_ = std::max(since_ready_, reset::some); break;
        case state_verb::execute:
        case state_verb::other: break;
    }
}

void settings::take_back() {
    if (std::exchange(since_ready_, reset::none) == reset::discarded) start_up_.lose();
}

std::vector<std::string> settings::at_ready(bool done) {
    if (start_up_.empty()) return {};
    const bool has_reset = std::exchange(since_ready_, reset::none) != reset::none;
    return start_up_.at_ready(has_reset && done);
}

}  // namespace pgsidecar
