#include "proxy/session/answers.hpp"

#include <optional>
#include <utility>

namespace pgsidecar {
namespace {

/// Nothing for those that have no words of ours.
std::optional<error_message> words_of(replacement why) {
    switch (why) {
        case replacement::none:
        case replacement::describe_routine: break;
        case replacement::shape_changed:
            return error_message{.sqlstate = "0A000",
                                 .message = "cached plan must not change result type",
                                 .file = "plancache.c",
                                 .routine = "RevalidateCachedQuery"};
        case replacement::outcome_unknown:
            // statement_completion_unknown: not to be run again without a look
            return error_message{
                .sqlstate = "40003",
                .message = "result type of the prepared statement has changed",
                .detail = "The statement has been executed, and its transaction may have been committed.",
                .hint =
                    "Prepare the statement again; result_shape_check: strict of pgsidecar fails it in time."};
        case replacement::failed_block:
            return error_message{
                .sqlstate = "25P02",
                .message = "current transaction is aborted, commands ignored until end of transaction block",
                .file = "postgres.c",
                .routine = "exec_bind_message"};
        case replacement::text_not_kept:
            return error_message{.sqlstate = "54000",
                                 .message = "statement is too long to be used again on another server",
                                 .hint =
                                     "Raise max_statement_size of pgsidecar, or prepare the statement in the "
                                     "transaction that uses it."};
        case replacement::execute_after_exit:
            return error_message{
                .sqlstate = "0A000",
                .message = "EXECUTE cannot follow the end of a failed transaction in the same query string",
                .hint = "Send the statements behind COMMIT or ROLLBACK in a query of their own."};
        case replacement::query_too_long:
            return error_message{.sqlstate = "54000",
                                 .message = "query string is too long for PREPARE, EXECUTE and DEALLOCATE",
                                 .hint = "Send long values as parameters of the extended query protocol."};
        case replacement::names_not_read:
            return error_message{
                .sqlstate = "0A000",
                .message = "name of a prepared statement cannot be read in this query string",
                .hint = "Write the name in double quotes, without Unicode escapes."};
        case replacement::nested_too_deep:
            return error_message{.sqlstate = "54001",
                                 .message = "too many prepared statements execute one another"};
        case replacement::too_many_statements:
            return error_message{.sqlstate = "53400",
                                 .message = "too many prepared statements",
                                 .hint = "Deallocate some, or raise max_statements of pgsidecar."};
        case replacement::too_much_memory:
            return error_message{.sqlstate = "53400",
                                 .message = "too much memory for prepared statements",
                                 .hint = "Deallocate some, or raise max_statement_memory of pgsidecar."};
    }
    return std::nullopt;
}

}  // namespace

template <class Write>
void answers::compose(Write&& write) {
    if (!muted_) batch_.compose(std::forward<Write>(write));
}

void answers::show_error(const error_message& e) {
    if (!is_mid_message()) compose([&](std::string& out) { compose_error(out, e); });
}

void answers::show_error_from(byte_view body, byte_view routine) {
    compose([&](std::string& out) { compose_error_from(out, body, routine); });
}

void answers::show_moved(backend type, byte_view body, byte_view position) {
    compose([&](std::string& out) { compose_with_field(out, type, body, error_field::position, position); });
}

void answers::show_instead(replacement why) {
    if (const auto words = words_of(why)) show_error(*words);
}

void answers::show_notice(const error_message& e) {
    compose([&](std::string& out) { compose_notice(out, e); });
}

void answers::show_parameter_types(byte_view parameter_types) {
    compose([&](std::string& out) { compose_parameter_description(out, parameter_types); });
}

void answers::show_parameter(byte_view name, byte_view value) {
    compose([&](std::string& out) { compose_parameter_status(out, name, value); });
}

void answers::show_close_complete(std::size_t times) {
    compose([&](std::string& out) {
        for (std::size_t i = 0; i < times; ++i) compose_bare(out, backend::close_complete);
    });
}

void answers::show_ready(transaction_status status) {
    compose([&](std::string& out) { compose_ready_for_query(out, status); });
}

void answers::show_held_tag() {
    if (held_tag_.empty()) return;
    compose([&](std::string& out) { out += held_tag_; });
    held_tag_.clear();
}

}  // namespace pgsidecar
