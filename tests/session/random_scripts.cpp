#include "session/random_scripts.hpp"

#include <algorithm>
#include <random>

#include "support/frontend_builders.hpp"

namespace pgsidecar::test {
namespace {

const columns narrow{{"n", type::int4}}, wide{{"n", type::int8}, {"m", type::text}};

model::catalog make_texts() {
    using kind = model::sql_command::kind;
    return model::with_transactions(
        {{"select n from t", {.does = kind::rows, .columns = narrow, .altered = wide, .rows = 3}},
         {"select $1::int", {.does = kind::rows, .types = {type::int4}, .columns = narrow}},
         {"select $1::int, $2::text",
          {.does = kind::rows, .types = {type::int4, type::text}, .columns = wide}},
         {"insert into t values ($1)", {.tag = "INSERT 0 1", .types = {type::int4}, .writes = true}},
         {"insert into t values (1) returning *",
          {.does = kind::rows, .tag = "INSERT 0 1", .columns = narrow, .altered = wide, .writes = true}},
         {"create table u ()", {.tag = "CREATE TABLE"}},
         {"select n from nosuch", {.does = kind::fails_at_parse}},
         {"select 1/0", {.does = kind::fails_at_execute, .columns = narrow}},
         {"alter table t", {.does = kind::alter, .tag = "ALTER TABLE"}},
         {"copy t from stdin", {.does = kind::copy_in}},
         {"copy t to stdout", {.does = kind::copy_out}}});
}

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    random_script make(script_kind kind) { return kind == script_kind::pipelines ? pipelines() : messages(); }

private:
    random_script pipelines() {
        random_script out{fe::parse("a", query_text()) + fe::sync(),
                          fe::parse("b", query_text()) + fe::sync(), fe::query("BEGIN")};
        if (below(3) == 0) out.pop_back();
        for (unsigned n = 4 + below(24); n > 0; --n) out.push_back(segment());
        return out;
    }

    random_script messages() {
        random_script out;
        for (unsigned n = 4 + below(24); n > 0; --n) out.push_back(message());
        return out;
    }

    unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[below(static_cast<unsigned>(list.size()))];
    }

    std::string name() { return one_of<std::string>({"", "", "a", "a", "b", "q"}); }
    std::string portal() { return one_of<std::string>({"", "", "", "p"}); }
    std::string sql() {
        return one_of<std::string>({"select n from t",
                                    "select n from t",
                                    "select $1::int",
                                    "select $1::int, $2::text",
                                    "insert into t values ($1)",
                                    "insert into t values (1) returning *",
                                    "insert into t values (1) returning *",
                                    "create table u ()",
                                    "select n from nosuch",
                                    "select 1/0",
                                    "",
                                    "BEGIN",
                                    "COMMIT",
                                    "ROLLBACK",
                                    "copy t to stdout",
                                    "PREPARE q AS create table u ()",
                                    "EXECUTE a",
                                    "EXECUTE q",
                                    "DEALLOCATE a",
                                    "DEALLOCATE ALL",
                                    "not sql"});
    }
    std::vector<std::optional<std::string>> values() {
        return std::vector<std::optional<std::string>>(one_of<std::size_t>({0, 0, 0, 1, 1, 2}), "7");
    }
    std::string parse() {
        const std::string text = sql();
        if (text.starts_with("EXECUTE"))
            return fe::parse(one_of<std::string>({"", "b"}), text);  // never of itself
        return fe::parse(name(), text);
    }
    std::string bind() { return fe::bind(name(), {.portal = portal(), .values = values()}); }
    std::string query() {
        return fe::query(
            one_of<std::string>({"BEGIN", "BEGIN", "COMMIT", "COMMIT", "ROLLBACK", "", "create table u ()",
                                 "alter table t", "select 1/0", "not sql", "select n from t",
                                 "PREPARE a AS select 1/0", "PREPARE q AS create table u ()", "EXECUTE a",
                                 "EXECUTE q", "DEALLOCATE a", "DEALLOCATE q", "DEALLOCATE ALL"}));
    }
    std::string copy() {
        const std::string data =
            one_of<std::string>({fe::copy_data("1\n"), "", fe::copy_data("bad\n") + fe::copy_data("2\n")});
        const std::string end = one_of<std::string>({fe::copy_done(), fe::copy_fail("no")});
        if (below(2) == 0) return fe::query("copy t from stdin") + data + end;
        return fe::parse("copy", "copy t from stdin") + fe::bind("copy", {.portal = "copy"}) +
               fe::execute("copy") + one_of<std::string>({"", fe::sync(), fe::flush()}) + data + end +
               fe::sync() + fe::close_statement("copy") + fe::close_portal("copy") + fe::sync();
    }

    std::string query_text() {
        return one_of<std::string>({"select n from t", "select $1::int", "select $1::int, $2::text",
                                    "insert into t values ($1)", "insert into t values (1) returning *",
                                    "select 1/0", "create table u ()", "COMMIT"});
    }
    std::string segment() {
        std::string out;
        for (unsigned n = 1 + below(2); n > 0; --n) switch (below(12)) {
                case 0: out += message(); break;
                case 1: out += fe::describe_portal(); break;
                case 2: out += fe::bind("a", {.portal = "p", .values = values()}); break;
                case 3: out += fe::execute("p", 1); break;
                case 4: out += fe::close_portal("p"); break;
                default:
                    out +=
                        fe::bind(one_of<std::string>({"a", "b", ""}), {.values = values()}) + fe::execute();
            }
        return out + (below(8) == 0 ? "" : fe::sync());
    }

    std::string message() {
        switch (below(20)) {
            case 0:
            case 1:
            case 2: return parse();
            case 3:
            case 4:
            case 5: return bind() + fe::execute(portal(), below(3));
            case 6: return bind();
            case 7: return fe::execute(portal(), below(3));
            case 8:
            case 9: return fe::describe_statement(name());
            case 10: return fe::describe_portal(portal());
            case 11: return fe::close_statement(name());
            case 12: return fe::close_portal(portal());
            case 13: return fe::flush();
            case 14: return query();
            case 15: return query();
            case 16: return copy();
            default: return fe::sync();
        }
    }

    std::mt19937 random_;
};

}  // namespace

const model::catalog& random_texts() {
    static const model::catalog texts = make_texts();
    return texts;
}

random_case::random_case(script_kind kind, unsigned number)
    : seed(number), piece(std::vector<std::size_t>{0, 1, 3, 7, 40}[number % 5]) {
    using enum pooler_kind;
    script = generator(number).make(kind);
    std::mt19937 random(~number);
    const auto one_in = [&](unsigned n) { return random() % n == 0; };
    options.pooler = std::vector{pgbouncer_1_18, tracks_requests, direct}[number / 5 % 3];
    const bool alters = std::ranges::any_of(
        script, [](const std::string& s) { return s.find("alter table") != std::string::npos; });
    if (!alters && one_in(3)) options.result_shape = one_in(2) ? shape_check::off : shape_check::optimistic;
    if (one_in(8)) options.max_statements = 1;
    if (one_in(4)) leaves = one_in(2) ? leaving::closes : leaving::terminates;
}

std::string random_case::bytes() const {
    std::string out;
    for (const auto& one : script) out += one;
    switch (leaves) {
        case leaving::closes: return out;
        case leaving::terminates: return out + fe::terminate();
        case leaving::ends: break;
    }
    return out + fe::sync() + fe::query("ROLLBACK");
}

}  // namespace pgsidecar::test
