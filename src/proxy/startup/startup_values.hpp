#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// The settings that a client has given in its StartupMessage and that the pooler keeps for it. A server goes
/// back to defaults of its own at RESET, where one of the client's own goes back to these.
///
/// Whether the two are the same shows only in what the server reports: a reset that nothing depends on yet
/// goes as it is, and is mended if it has been reported to bring something else.
class startup_values {
public:
    /// From the StartupMessage. Of several the last counts.
    void keep(byte_view name, byte_view value);
    /// From a ParameterStatus of start-up. What is not reported there is not kept by the pooler.
    void report(byte_view name, byte_view value);

    bool empty() const { return values_.empty(); }

    struct reset {
        byte_view name = {};   ///< empty: all
        bool local = false;    ///< for this transaction
        bool is_last = false;  ///< nothing stands behind it that depends on it
        bool may_wait = true;  ///< what it brings can be mended behind the ReadyForQuery
    };
    /// The statements that are to be executed behind it.
    std::vector<std::string> behind(const reset& what);

    /// From the session's ParameterStatus: whether it is held back until ready().
    bool holds(byte_view name, byte_view value);

    /// DISCARD ALL has committed, and what was executed behind it is rolled back.
    void lose();

    /// The transaction's end is to be shown; `done`: what was reset has been. The statements that are to be
    /// executed first; then it is asked again.
    std::vector<std::string> at_ready(bool done);

    /// Calls `show(name, value)` for what has been held back and is not as the client was told last.
    template <class Show>
    void release(Show&& show) {
        for (value& v : values_) {
            learn_spelling(v);
            if (v.seen && *v.seen != v.shown) show(byte_view(v.name_shown), byte_view(v.shown = *v.seen));
            v.seen.reset();
        }
        holding_ = false;
    }

private:
    /// What the server's own default is.
    enum class fallback { unknown, same, another };

    struct value {
        std::string name;   ///< lower case
        std::string given;  ///< by the client
        std::string name_shown{},
            shown{};  ///< in the last ParameterStatus; the first while there is none else
        std::string at_start{};
        std::optional<std::string> seen{};  ///< in the last one, if that was held back
        fallback server = fallback::unknown;
        bool tracked = false;
        bool watched = false;  ///< what it is now tells the server's default
        bool lost = false;
        bool mended = false;
        bool forgotten =
            false;  ///< by pgBouncer, which sets nothing empty (1.18, varcache.c), until a report
        std::size_t others_tried = 0;
    };

    /// Servers that have the value, or one like it, from this client's earlier transactions.
    static constexpr std::size_t max_others_tried = 8;

    value* find(byte_view name);
    static std::string set(const value& v, byte_view to, bool local);
    static void remind(value& v, std::vector<std::string>& out);
    static void learn_spelling(value& v);

    std::vector<value> values_;
    bool holding_ = false;
};

}  // namespace pgsidecar
