#include <algorithm>

#include "model/server.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/frontend_messages.hpp"

/// The extended query protocol.
namespace pgsidecar::model {
namespace {

std::string quoted(byte_view name) { return "\"" + std::string(name) + "\""; }

}  // namespace

/// The unnamed statement goes whatever becomes of the new one.
void server::parse(byte_view body) {
    const auto p = read_parse(body);
    if (!p) throw failure{"08P01", "invalid message format", "pq_getmsgend", "pqformat.c"};
    refuse_if_not_utf8({p->statement, p->query});
    if (p->statement.empty()) statements_.close("");
    const auto commands = parse_sql(catalog_, p->query);
    if (!commands) throw failure{"42601", "syntax error", "scanner_yyerror", "scan.l"};
    if (commands->size() > 1)
        throw failure{"42601", "cannot insert multiple commands into a prepared statement",
                      "exec_parse_message"};
    const sql_command c =
        commands->empty() ? sql_command{.does = sql_command::kind::empty} : commands->front();
    if (!commands->empty()) refuse_if_aborted(&c, "exec_parse_message");
    if (c.is(sql_command::kind::fails_at_parse))
        throw failure{"42P01", "relation does not exist", "parserOpenTable"};
    put_statement(p->statement, {c, types_of(c, p->parameter_types), shape_of(c)});
    note_use_of_shape(c);
    say(test::be::parse_complete());
}

/// A type that is declared as 0 is left to the server.
std::vector<oid> server::types_of(const sql_command& c, byte_view declared) const {
    std::vector<oid> out = c.types;
    out.resize(std::max(out.size(), declared.size() / 4), test::type::text);
    field_reader in(declared);
    for (std::size_t i = 0; i < declared.size() / 4; ++i)
        if (const oid type = in.u32(); type != 0) out[i] = type;
    return out;
}

void server::bind(byte_view body) {
    field_reader in(body);
    const byte_view name_of_portal = in.cstr(), name = in.cstr();
    if (!in.ok()) throw failure{"08P01", "invalid string in message", "pq_getmsgstring", "pqformat.c"};
    refuse_if_not_utf8({name_of_portal, name});
    const prepared_statement& s = find_statement(name, "exec_bind_message");
    const failure cut_short{"08P01", "insufficient data left in message", "pq_copymsgbytes", "pqformat.c"};
    const std::size_t formats = in.u16();
    in.bytes(2 * formats);
    const std::size_t count = in.u16();
    if (!in.ok()) throw cut_short;
    portal p{.command = s.command};
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint32_t size = in.u32();
        p.values.emplace_back(size == 0xffffffff ? std::optional<std::string>()
                                                 : std::string(in.bytes(size)));
    }
    const std::size_t result_formats = in.u16();
    for (std::size_t i = 0; i < result_formats && in.ok(); ++i) p.formats.push_back(in.u16());

    if (formats > 1 && formats != count)
        throw failure{"08P01",
                      "bind message has " + std::to_string(formats) + " parameter formats but " +
                          std::to_string(count) + " parameters",
                      "exec_bind_message"};
    if (count != s.types.size())
        throw failure{"08P01",
                      "bind message supplies " + std::to_string(count) +
                          " parameters, but prepared statement " + quoted(name) + " requires " +
                          std::to_string(s.types.size()),
                      "exec_bind_message"};
    if (!s.command.exits_block() || !s.types.empty()) refuse_if_aborted(nullptr, "exec_bind_message");
    const std::string key = key_of(name_of_portal);
    if (!key.empty() && portals_.contains(key))
        throw failure{"42P03", "cursor " + quoted(name_of_portal) + " already exists", "CreatePortal",
                      "portalmem.c"};
    if (!in.at_end()) throw cut_short;
    portals_.insert_or_assign(key, portal{.broken = true});  // stays, without a query, where this fails
    revalidate(s);
    p.shape = s.command.is(sql_command::kind::execute) ? shape_of(s.command) : s.shape;
    note_use_of_shape(s.command);
    if (result_formats > 1) note_stale_execute(s.command);
    if (!p.shape.empty() && result_formats > 1 && result_formats != p.shape.size())
        throw failure{"08P01",
                      "bind message has " + std::to_string(result_formats) +
                          " result formats but query has " + std::to_string(p.shape.size()) + " columns",
                      "PortalSetResultFormat", "pquery.c"};
    portals_.insert_or_assign(key, std::move(p));
    say(test::be::bind_complete());
}

void server::describe(byte_view body) {
    const auto target = read_target(body);
    if (!target) throw failure{"08P01", "invalid DESCRIBE message", "PostgresMain"};
    refuse_if_not_utf8({target->name});
    if (target->kind == target_kind::statement)
        describe_statement(target->name);
    else
        describe_portal(target->name);
}

void server::describe_statement(byte_view name) {
    const prepared_statement& s = find_statement(name, "exec_describe_statement_message");
    if (aborted_ && (s.undescribed || name.empty())) beyond_contract_ = true;
    if (s.command.is(sql_command::kind::execute) && !same_shape(s.shape, shape_of(s.command)))
        beyond_contract_ = true;
    if (!s.shape.empty()) refuse_if_aborted(nullptr, "exec_describe_statement_message");
    say(test::be::parameter_description(s.types));
    revalidate(s);
    note_stale_execute(s.command);
    say(s.shape.empty() ? test::be::no_data() : test::be::row_description(s.shape));
}

void server::describe_portal(byte_view name) {
    const auto found = portals_.find(key_of(name));
    if (found == portals_.end())
        throw failure{"34000", "portal " + quoted(name) + " does not exist", "exec_describe_portal_message"};
    const portal& p = found->second;
    if (p.broken) beyond_contract_ = true;
    note_stale_execute(p.command);
    columns shape = p.shape;
    if (!shape.empty()) refuse_if_aborted(nullptr, "exec_describe_portal_message");
    for (auto& column : shape)
        if (!p.formats.empty()) column.format = p.formats.front();
    say(shape.empty() ? test::be::no_data() : test::be::row_description(shape));
}

void server::close(byte_view body) {
    const auto target = read_target(body);
    if (!target) throw failure{"08P01", "invalid CLOSE message", "PostgresMain"};
    refuse_if_not_utf8({target->name});
    if (target->kind == target_kind::statement)
        statements_.close(target->name);
    else
        portals_.erase(key_of(target->name));
    say(test::be::close_complete());
}

void server::execute(byte_view body) {
    field_reader in(body);
    const std::string name(in.cstr());
    const std::uint32_t max_rows = in.u32();
    const auto found = portals_.find(key_of(name));
    if (found == portals_.end())
        throw failure{"34000", "portal " + quoted(name) + " does not exist", "exec_execute_message"};
    portal p = found->second;  // the portal itself may go with its transaction
    if (p.broken) beyond_contract_ = true;
    if (p.command.is(sql_command::kind::empty)) return say(test::be::empty_query());
    refuse_if_aborted(p.dead ? nullptr : &p.command, "exec_execute_message");
    if (p.done && p.shape.empty())
        throw failure{"55000", "portal " + quoted(name) + " cannot be run", "PortalRun", "pquery.c"};
    run(p.command, p, max_rows, 0);
    if (const auto still = portals_.find(key_of(name)); still != portals_.end()) still->second = p;
    if (copy_ != copy::none) copy_ = copy::extended;
}

void server::sync() {
    skipping_ = false;
    ready();
}

}  // namespace pgsidecar::model
