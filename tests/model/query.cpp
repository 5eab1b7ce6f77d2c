#include "model/server.hpp"
#include "protocol/frontend_messages.hpp"

/// The simple query protocol.
namespace pgsidecar::model {

void server::query(byte_view body) {
    const auto text = read_query(body);
    if (!text) throw failure{"08P01", "invalid message format", "pq_getmsgend", "pqformat.c"};
    refuse_if_not_utf8({*text});
    statements_.close("");
    const auto commands = parse_sql(catalog_, *text);
    // The proxy looks at the shape of an EXECUTE's statement before all that stands in the same text, and
    // refuses one behind the end of a failed block.
    const bool executes_in_string =
        (!commands || commands->size() > 1) && text->find("execute") != byte_view::npos;
    if (executes_in_string && (aborted_ || knows_stale_statement())) beyond_contract_ = true;
    if (!commands) throw failure{"42601", "syntax error", "scanner_yyerror", "scan.l"};
    if (commands->empty()) {
        say(test::be::empty_query());
        return ready();
    }
    script_ = *commands;
    alone_ = script_.size() == 1;
    run_script();
}

/// The rest of a Query's commands; a copy interrupts it.
void server::run_script() {
    while (!script_.empty()) {
        const sql_command c = script_.front();
        script_.erase(script_.begin());
        refuse_if_aborted(&c, "exec_simple_query");
        portals_.erase("");
        if (c.is(sql_command::kind::fails_at_parse))
            throw failure{"42P01", "relation does not exist", "parserOpenTable"};
        run_with_shape(c);
        if (copy_ != copy::none) return;
    }
    ready();
}

/// RowDescription stands in front of what a command has returned, and not of its error.
void server::run_with_shape(const sql_command& c) {
    portal p{.command = c, .shape = shape_of(c)};
    const columns shape = p.shape;
    const std::size_t before = out_.size();
    run(c, p, 0, 0);
    if (!shape.empty())
        out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(before), test::be::row_description(shape));
}

void server::function_call() {
    refuse_if_aborted(nullptr, "HandleFunctionRequest");
    say(test::be::message('V', byte_view("\xff\xff\xff\xff", 4)));  // NULL
    ready();
}

}  // namespace pgsidecar::model
