#include "protocol/backend_messages.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// Segments that need not wait for the ReadyForQuery of the one before (semantics §1): uses of statements
/// that are known, inside a block that nothing in flight can end; outside one where the pooler tracks
/// requests.
namespace pgsidecar {

/// The descriptions on which a Bind relies are answered, too.
bool session::may_overlap(const frame& f) const {
    if (!link_->may_be_overlapped() || skipping_ || statements_.owes_birth() || !statements_.all_answered())
        return false;
    const bool in_block = link_->status() == transaction_status::in_block;
    if (!link_->current().is_open() && in_block && link_->awaits_verdict())
        return false;  // it may fail the block
    switch (static_cast<frontend>(f.type)) {
        case frontend::bind: return bind_may_overlap(f);
        case frontend::execute:
            return link_->current().is_open() &&
                   link_->current().effect_of(read_execute_portal(f.body()).value_or("")) <
                       statement_effect::lasting;
        case frontend::describe:
        case frontend::close: {
            const auto target = read_target(f.body());
            return target && target->kind == target_kind::portal;
        }
        case frontend::flush: return true;
        case frontend::sync: return link_->current().is_open() || in_block;
        default: return false;
    }
}

/// If the block has failed meanwhile it fails with 25P02 and nothing else (show_failed_block).
bool session::bind_may_overlap(const frame& f) const {
    const auto b = read_bind(bind_head(f));
    if (!b || !b->parameter_count || !b->format_count || !reading_.is_legal(b->portal) ||
        !reading_.is_legal(b->statement))
        return false;
    const statement_ptr& s = statements_.find(b->statement);
    const bool known = s && s->text && !s->declared_types && (s->birth || !s->described);
    if (!known || uses_of(*s) || s->text->effect_at_most() == statement_effect::lasting) return false;
    const bool formats_fit = *b->format_count <= 1 || b->format_count == b->parameter_count;
    return formats_fit && s->parameter_count() == std::size_t{*b->parameter_count};
}

/// What a segment sends in front of its Bind, and the Bind itself, natively meet the failed block as the
/// Bind.
bool session::show_failed_block(const expected_reply& head, byte_view body) {
    if (!head.overlaps || link_->status() != transaction_status::failed || head.kind == request::execute ||
        head.kind == request::describe_portal)
        return false;
    if (error_field_value(body, error_field::sqlstate) == "25P02")
        answers_.show_error_from(body, "exec_bind_message");
    else  // its statement has not been parsed
        answers_.show_instead(replacement::failed_block);
    return true;
}

}  // namespace pgsidecar
