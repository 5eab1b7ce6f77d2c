#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "proxy/session/statement.hpp"

namespace pgsidecar {

/// Where a statement can stand on the server that the pooler has lent: in the unnamed slot, or under a name
/// of ours. These are few, so that what stays behind on the servers is bounded, and each is closed before it
/// is parsed, so that it does not matter what another client has left there.
class server_place {
public:
    static constexpr std::size_t count = 9;

    constexpr server_place() = default;
    static constexpr server_place named(std::size_t number) { return server_place(1 + number % (count - 1)); }

    constexpr explicit server_place(std::size_t index) : index_(index) {}

    constexpr std::size_t index() const { return index_; }
    constexpr bool unnamed() const { return index_ == 0; }
    constexpr byte_view name() const { return names[index_]; }
    static constexpr bool is_name(byte_view name) {
        for (std::size_t i = 1; i < count; ++i)
            if (names[i] == name) return true;
        return false;
    }

private:
    static constexpr std::array<byte_view, count> names{"",      "psc_1", "psc_2", "psc_3", "psc_4",
                                                        "psc_5", "psc_6", "psc_7", "psc_8"};
    std::size_t index_ = 0;
};

/// What stands there, as far as we know. Null: nothing, or unknown.
class placed_statements {
public:
    statement_ptr& operator[](server_place p) { return at_[p.index()]; }
    const statement_ptr& unnamed() const { return at_[0]; }

    /// Where this statement stands, or one that the server cannot tell from it.
    std::optional<server_place> find(const statement& s) const {
        for (std::size_t i = 0; i < server_place::count; ++i)
            if (at_[i] && is_same(*at_[i], s)) return server_place(i);
        return std::nullopt;
    }

    void forget() { at_ = {}; }
    void forget_named() {
        for (std::size_t i = 1; i < server_place::count; ++i) at_[i] = nullptr;
    }

private:
    static bool is_same(const statement& a, const statement& b) {
        return &a == &b || (a.text && a.text == b.text && a.birth && a.birth == b.birth);
    }

    std::array<statement_ptr, server_place::count> at_;
};

/// The statements that are resident on the link's server: as sent and as answered.
class residents {
public:
    placed_statements sent;
    placed_statements answered;

    void put(server_place where, const statement_ptr& s) {
        if (where.unnamed() && sent.unnamed())
            displaced_[displacements_++ % displaced_.size()] = text_of(*sent.unnamed());
        sent[where] = s;
    }

    /// Its text has lost its place in the unnamed slot since the server was lent, not long ago.
    bool has_lost_its_place(const statement& s) const {
        return s.text && std::find(displaced_.begin(), displaced_.end(), text_of(s)) != displaced_.end();
    }

    server_place next_name() { return server_place::named(names_given_++); }

    void forget() {
        sent.forget();
        answered.forget();
        names_given_ = 0;
    }
    void forget_displaced() { displaced_ = {}; }
    void forget_named() {
        sent.forget_named();
        answered.forget_named();
    }
    void take_back_unanswered() { sent = answered; }

private:
    static const query_text* text_of(const statement& s) { return s.text.get(); }

    std::array<const query_text*, server_place::count - 1> displaced_{};  // only compared
    std::size_t displacements_ = 0;
    std::size_t names_given_ = 0;
};

}  // namespace pgsidecar
