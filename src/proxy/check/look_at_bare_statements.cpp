#include <map>

#include "proxy/check/inspection.hpp"
#include "proxy/check/random_name.hpp"

namespace pgsidecar::check {

namespace {

constexpr int rounds = 6;

/// A connection as a driver uses it: it prepares once and then executes, in a transaction each time.
class user {
public:
    user(const inspection& at, std::string name, std::string text)
        : on_(at.connect()), name_(std::move(name)), text_(std::move(text)) {}

    /// The SQLSTATE of what went wrong, "wrong rows", or nothing.
    std::string use() {
        try {
            if (!prepared_) on_.prepare(name_, "SELECT '" + text_ + "'");
            prepared_ = true;
            return on_.execute(name_).value() == text_ ? "" : "wrong rows";
        } catch (const server_error& error) {
            if (error.sqlstate.empty()) throw;
            prepared_ = true;  // so a driver believes whose Parse was refused since the name is taken
            return error.sqlstate;
        }
    }

    /// The pooler leaves statements on its servers.
    void forget() {
        for (int i = 0; i < rounds; ++i) try {
                on_.query("BEGIN");
                const bool there =
                    on_.query("SELECT FROM pg_prepared_statements WHERE name = '" + name_ + "'").rows() > 0;
                if (there) on_.query("DEALLOCATE " + name_);
                on_.query("COMMIT");
            } catch (const server_error&) { return; }
    }

private:
    connection on_;
    std::string name_, text_;
    bool prepared_ = false;
};

std::string counted(const std::map<std::string, int>& troubles) {
    std::string all;
    for (const auto& [trouble, times] : troubles)
        all += (all.empty() ? "" : ", ") + std::to_string(times) + "x " + trouble;
    return all;
}

std::map<std::string, int> troubles_of_two(const inspection& at) {
    const std::string name = random_name();
    user first(at, name, "a"), second(at, name, "b");
    std::map<std::string, int> troubles;
    for (int i = 0; i < rounds; ++i)
        for (user* each : {&first, &second})
            if (const std::string trouble = each->use(); !trouble.empty()) ++troubles[trouble];
    first.forget();
    second.forget();
    return troubles;
}

}  // namespace

void look_at_bare_statements(inspection& at) {
    const auto troubles = troubles_of_two(at);
    const char* const by = at.known.is_sidecar                     ? "work: this pgsidecar sees to it"
                           : at.known.mode == pooling::transaction ? "work: this pooler keeps them itself"
                                                                   : "work: sessions keep their servers here";
    if (troubles.empty()) return at.out.add({"bare statements", status::ok, by});
    at.out.add({"bare statements", at.known.is_sidecar ? status::fail : status::ok,
                "fail without pgsidecar, which is what it is for: " + counted(troubles)});
}

}  // namespace pgsidecar::check
