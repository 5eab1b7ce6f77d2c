#pragma once

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

    constexpr std::size_t index() const { return index_; }
    constexpr bool unnamed() const { return index_ == 0; }
    constexpr byte_view name() const { return names[index_]; }
    static constexpr bool is_name(byte_view name) {
        for (std::size_t i = 1; i < count; ++i)
            if (names[i] == name) return true;
        return false;
    }

private:
    constexpr explicit server_place(std::size_t index) : index_(index) {}

    static constexpr std::array<byte_view, count> names{"",      "psc_1", "psc_2", "psc_3", "psc_4",
                                                        "psc_5", "psc_6", "psc_7", "psc_8"};
    std::size_t index_ = 0;
};

/// What stands there, as far as we know. Null: nothing, or unknown.
class placed_statements {
public:
    statement_ptr& operator[](server_place p) { return at_[p.index()]; }
    const statement_ptr& unnamed() const { return at_[0]; }

    std::optional<server_place> find(const statement_ptr& s) const {
        if (at_[0] == s) return server_place();
        for (std::size_t i = 0; i + 1 < server_place::count; ++i)
            if (at_[server_place::named(i).index()] == s) return server_place::named(i);
        return std::nullopt;
    }

    void forget() { at_ = {}; }
    void forget_named() {
        for (std::size_t i = 1; i < server_place::count; ++i) at_[i] = nullptr;
    }

private:
    std::array<statement_ptr, server_place::count> at_;
};

/// The statements that are resident on the link's server: as sent and as answered.
struct residents {
    placed_statements sent;
    placed_statements answered;
    std::size_t names_given = 0;  ///< since the server was lent

    void forget() {
        sent.forget();
        answered.forget();
        names_given = 0;
    }
    void forget_named() {
        sent.forget_named();
        answered.forget_named();
    }
    void take_back_unanswered() { sent = answered; }
};

}  // namespace pgsidecar
