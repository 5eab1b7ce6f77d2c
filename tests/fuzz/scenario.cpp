#include "fuzz/scenario.hpp"

#include <array>
#include <map>

#include "protocol/composer.hpp"
#include "protocol/frontend_messages.hpp"

namespace pgsidecar::fuzz {
namespace {

constexpr std::size_t max_messages = 60;

/// The last two are one name: equal in 63 bytes.
const std::array<std::string, 6> names{
    "", "a", "b", "A", std::string(64, 'n') + "x", std::string(64, 'n') + "y"};
const std::array<std::string, 3> portals{"", "p", "q"};

model::catalog make_texts() {
    using kind = model::sql_command::kind;
    using test::type::text;
    const model::columns one{{"c", text}};
    return model::with_transactions(
        {{"begin", {.does = kind::begin, .tag = "BEGIN"}},
         {"commit", {.does = kind::commit, .tag = "COMMIT"}},
         {"rollback", {.does = kind::rollback, .tag = "ROLLBACK"}},
         {"select 1", {.does = kind::rows, .columns = one}},
         {"select $1", {.does = kind::rows, .types = {text}, .columns = one}},
         {"select * from changing", {.does = kind::rows, .columns = one, .grows = true, .rows = 3}},
         {"insert into t values ($1, $2)", {.tag = "INSERT 0 1", .types = {text, text}, .writes = true}},
         {"alter table changing add c int", {.does = kind::alter, .tag = "ALTER TABLE"}},
         {"select 1/0", {.does = kind::fails_at_execute, .columns = one}},
         {"select * from missing", {.does = kind::fails_at_parse}},
         {"copy t from stdin", {.does = kind::copy_in}},
         {"copy t to stdout", {.does = kind::copy_out}}});
}

class generator {
public:
    explicit generator(input& in) : in_(in) {}

    std::vector<std::string> run() {
        while (!in_.empty() && out_.size() < max_messages) step();
        return std::move(out_);
    }

private:
    void step() {
        switch (in_.below(24)) {
            case 0: parse(name(), text()); break;
            case 1: bind(portal(), name()); break;
            case 2: describe(target_kind::statement, name()); break;
            case 3: describe(target_kind::portal, portal()); break;
            case 4: close(target_kind::statement, name()); break;
            case 5: close(target_kind::portal, portal()); break;
            case 6: execute(portal(), static_cast<std::uint32_t>(in_.below(3))); break;
            case 7: bare(frontend::flush); break;
            case 8: bare(frontend::sync); break;
            case 9: query(text()); break;
            case 10: query(text() + (in_.flag() ? "; " : ";;") + text()); break;
            case 11: function_call(); break;
            case 12: copy_data(); break;
            case 13: bare(frontend::copy_done); break;
            case 14: add([](std::string& out) { compose_copy_fail(out, "no"); }); break;
            case 15: prepare_as_asyncpg(); break;
            case 16: execute_cycle(name()); break;
            case 17: unnamed_cycle(text()); break;
            case 18: copy_cycle(); break;
            case 19: query("begin"); break;
            case 20: query(in_.flag() ? "commit" : "rollback"); break;
            case 21: query("alter table changing add c int"); break;
            case 22: cut_message(); break;
            case 23: parse_and_describe(name(), "select * from changing"); break;
        }
    }

    const std::string& name() { return names[in_.below(names.size())]; }
    const std::string& portal() { return portals[in_.below(portals.size())]; }

    std::string text() {
        static constexpr std::array<const char*, 16> plain{"",
                                                           "select 1",
                                                           "select $1",
                                                           "select * from changing",
                                                           "insert into t values ($1, $2)",
                                                           "alter table changing add c int",
                                                           "begin",
                                                           "commit",
                                                           "rollback",
                                                           "select 1/0",
                                                           "select * from missing",
                                                           "copy t from stdin",
                                                           "copy t to stdout",
                                                           "deallocate all",
                                                           "no such syntax",
                                                           ";"};
        const std::size_t n = in_.below(plain.size() + 6);
        if (n < plain.size()) return plain[n];
        switch (n - plain.size()) {
            case 0: return "prepare " + sql_name() + " as select $1";
            case 1: return "prepare " + sql_name() + "(text) as " + plain[1 + in_.below(4)];
            case 2: return "execute " + sql_name();
            case 3: return "execute " + sql_name() + "('1')";
            case 4: return "execute " + sql_name() + "('1', '2')";
            default: return "deallocate " + sql_name();
        }
    }

    std::string sql_name() {
        const std::string& n = names[1 + in_.below(names.size() - 1)];
        return n == "A" ? "\"A\"" : n;
    }

    template <class Write>
    void add(Write&& write) {
        write(out_.emplace_back());
    }
    void bare(frontend type) {
        add([&](std::string& out) { compose_bare(out, type); });
    }

    void parse(const std::string& statement, const std::string& query_text) {
        std::string types;
        const std::size_t declared = in_.below(8);
        for (std::size_t i = 5; i < declared; ++i) field_writer(types).u32(i == 5 ? 0 : test::type::text);
        const auto commands = model::parse_sql(scenario_texts(), query_text);
        const std::size_t used = commands && commands->size() == 1 ? commands->front().types.size() : 0;
        counts_[statement.substr(0, 63)] = std::max(used, types.size() / 4);
        add([&](std::string& out) { compose_parse(out, statement, query_text, types); });
    }

    /// Mostly with the right number of parameters.
    void bind(const std::string& portal_name, const std::string& statement) {
        const std::size_t odd = in_.below(16);
        const std::size_t count = odd == 0 ? in_.below(3) : counts_[statement.substr(0, 63)];
        const std::size_t formats = odd == 1 ? in_.below(4) : odd % 2;
        const std::size_t result_formats = odd == 2 ? in_.below(4) : odd % 2;
        add([&](std::string& out) {
            message_writer writer(out, frontend::bind);
            writer.cstr(portal_name).cstr(statement).u16(static_cast<std::uint16_t>(formats));
            for (std::size_t i = 0; i < formats; ++i) writer.u16(0);
            writer.u16(static_cast<std::uint16_t>(count));
            for (std::size_t i = 0; i < count; ++i) writer.u32(5).bytes("value");
            writer.u16(static_cast<std::uint16_t>(result_formats));
            for (std::size_t i = 0; i < result_formats; ++i) writer.u16(0);
        });
    }
    void describe(target_kind kind, const std::string& n) {
        add([&](std::string& out) { compose_describe(out, kind, n); });
    }
    void close(target_kind kind, const std::string& n) {
        add([&](std::string& out) { compose_close(out, kind, n); });
    }
    void execute(const std::string& portal_name, std::uint32_t max_rows) {
        add([&](std::string& out) { compose_execute(out, portal_name, max_rows); });
    }
    void query(const std::string& query_text) {
        add([&](std::string& out) { compose_query(out, query_text); });
    }
    void function_call() {
        add([](std::string& out) {
            message_writer(out, frontend::function_call).u32(1).u16(0).u16(0).u16(0);
        });
    }
    void copy_data() {
        add([&](std::string& out) {
            message_writer(out, frontend::copy_data).bytes(in_.below(4) == 0 ? "bad\n" : "1\n");
        });
    }

    /// A message whose body is not what its type promises.
    void cut_message() {
        static constexpr std::array<frontend, 5> types{frontend::parse, frontend::bind, frontend::describe,
                                                       frontend::close, frontend::query};
        const frontend type = types[in_.below(types.size())];
        const byte_view body = in_.bytes(in_.below(16));
        add([&](std::string& out) { message_writer(out, type).bytes(body); });
    }

    void prepare_as_asyncpg() {
        const std::string& n = name();
        parse(n, text());
        describe(target_kind::statement, n);
        bare(frontend::flush);
    }
    void parse_and_describe(const std::string& n, const std::string& query_text) {
        close(target_kind::statement, n);
        parse(n, query_text);
        describe(target_kind::statement, n);
        bare(frontend::sync);
    }
    void execute_cycle(const std::string& n) {
        bind("", n);
        if (in_.flag()) describe(target_kind::portal, "");
        execute("", 0);
        bare(frontend::sync);
    }
    void unnamed_cycle(const std::string& query_text) {
        parse("", query_text);
        execute_cycle("");
    }
    void copy_cycle() {
        if (in_.flag()) {
            parse("", "copy t from stdin");
            execute_cycle("");
        } else {
            query("copy t from stdin");
        }
        copy_data();
        bare(frontend::copy_done);
        if (in_.flag()) bare(frontend::sync);
    }

    input& in_;
    std::vector<std::string> out_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace

const model::catalog& scenario_texts() {
    static const model::catalog texts = make_texts();
    return texts;
}

scenario read_scenario(input& in) {
    scenario out;
    out.terminates = in.flag();
    out.seed = in.byte();
    out.messages = generator(in).run();
    return out;
}

}  // namespace pgsidecar::fuzz
