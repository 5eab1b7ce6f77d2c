#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "proxy/statements/statement.hpp"

namespace pgsidecar {

/// Where a statement can stand on the server that the pooler has lent: in the unnamed slot, or under a name
/// of ours. These are few, so that what stays behind on the servers is bounded, and each is closed before it
/// is parsed, so that it does not matter what another client has left there.
class server_place {
public:
    static constexpr std::size_t count = 9;

    constexpr server_place() = default;
    static constexpr server_place named(std::size_t number) { return server_place(1 + number % (count - 1)); }

    constexpr std::size_t index() const { return index_; }
    constexpr bool unnamed() const { return index_ == 0; }
    constexpr byte_view name() const { return names[index_]; }
    static constexpr bool is_name(byte_view name) {
        for (std::size_t i = 1; i < count; ++i)
            if (names[i] == name) return true;
        return false;
    }

private:
    constexpr explicit server_place(std::size_t index) : index_(static_cast<std::uint8_t>(index)) {}

    static constexpr std::array<byte_view, count> names{"",      "psc_1", "psc_2", "psc_3", "psc_4",
                                                        "psc_5", "psc_6", "psc_7", "psc_8"};
    std::uint8_t index_ = 0;
};

/// What stands there, as far as we know. Null: nothing, or unknown.
class placed_statements {
public:
    statement_ptr& operator[](server_place p) {
        if (p.unnamed()) return unnamed_;
        named_.resize(server_place::count - 1);
        return named_[p.index() - 1];
    }
    const statement_ptr& unnamed() const { return unnamed_; }

    /// Where this statement stands, or one that the server cannot tell from it.
    std::optional<server_place> find(const statement& s) const {
        if (unnamed_ && is_same(*unnamed_, s)) return server_place();
        for (std::size_t i = 0; i < named_.size(); ++i)
            if (named_[i] && is_same(*named_[i], s)) return server_place::named(i);
        return std::nullopt;
    }

    void forget() {
        unnamed_ = nullptr;
        forget_named();
    }
    void forget_named() { named_.clear(); }
    bool has_named() const { return !named_.empty(); }

private:
    static bool is_same(const statement& a, const statement& b) {
        return &a == &b || (a.text && a.text == b.text && a.birth && a.birth == b.birth);
    }

    statement_ptr unnamed_;
    std::vector<statement_ptr> named_;  // empty as long as no name is given
};

/// The statements that are resident on the link's server: as sent and as answered.
class residents {
public:
    placed_statements sent;
    placed_statements answered;

    void put(server_place where, const statement_ptr& s) {
        if (where.unnamed() && sent.unnamed()) note_displaced(sent.unnamed()->text);
        sent[where] = s;
    }

    /// Its text has lost its place in the unnamed slot since the server was lent, not long ago.
    bool has_lost_its_place(const statement& s) const {
        return s.text && std::find(displaced_.begin(), displaced_.end(), s.text) != displaced_.end();
    }

    server_place next_name() { return server_place::named(names_given_++); }

    void forget() {
        sent.forget();
        answered.forget();
        names_given_ = 0;
    }
    void forget_displaced() {
        displaced_.clear();
        displacements_ = 0;
    }
    bool has_named() const { return sent.has_named() || answered.has_named(); }
    void forget_named() {
        sent.forget_named();
        answered.forget_named();
    }
    void take_back_unanswered() { sent = answered; }

private:
    /// The newest takes the place of the oldest.
    void note_displaced(const query_text_ptr& text) {
        if (displaced_.size() < server_place::count - 1)
            displaced_.push_back(text);
        else
            displaced_[displacements_++ % displaced_.size()] = text;
    }

    std::vector<query_text_ptr> displaced_;  // kept, lest another text be taken for one that has gone
    std::uint32_t displacements_ = 0;
    std::uint32_t names_given_ = 0;
};

}  // namespace pgsidecar
