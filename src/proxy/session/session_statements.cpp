#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// Where a statement stands on the link's server, and birth data (semantics §3).
namespace pgsidecar {

/// Errors quote the name: the client's unnamed statement has none.
std::optional<server_place> session::find_resident(byte_view name, const statement& s) const {
    const auto found = link_->standing().sent.find(s);
    return found && name.empty() && !found->unnamed() ? std::nullopt : found;
}

/// Parses it again on this link.
expected_reply& session::make_resident(const statement_ptr& s) {
    const server_place where = place_for(s);
    if (where.unnamed()) {
        if (statements_.find("") != s) keep_birth();
    } else {
        link_->place(link_->send_close(target_kind::statement, where.name(), disposition::swallow), where,
                     nullptr);
    }
    statistics_.reparses(*s);
    statistics_.uses(*s);
    expected_reply& r = link_->send_parse(where.name(), s->text->sql, s->parameter_types(),
                                          disposition::swallow, purpose::parse_again);
    link_->place(r, where, s);
    r.note.subject = s;
    return r;
}

/// One that has lost its place in the unnamed slot, and is used again in the same transaction, gets a name,
/// so that statements that take turns are not parsed at every turn. Not the client's unnamed statement:
/// errors would quote the name.
server_place session::place_for(const statement_ptr& s) {
    if (!link_->standing().has_lost_its_place(*s) || statements_.find("") == s) return {};
    return link_->next_name();
}

/// A statement parsed under a name is described at once, unless the client does so itself with the next
/// message.
void session::send_owed_birth(const frame& next) {
    const statement_ptr s = statements_.take_owed_birth();
    if (static_cast<frontend>(next.type) == frontend::describe) {
        const auto target = read_target(next.body());
        if (target && target->kind == target_kind::statement && reading_.is_legal(target->name) &&
            statements_.find(target->name) == s)
            return;
    }
    send_describe({}, disposition::swallow, purpose::birth, s);
}

/// An unnamed statement that nobody has described nor bound, before it leaves the slot or its segment ends.
void session::keep_birth() {
    const statement_ptr& s = link_->standing().sent.unnamed();
    if (s && !s->described && !s->bound && !link_->in_failed_block() && statements_.find("") == s)
        send_describe({}, disposition::swallow, purpose::birth, s);
}

/// The transaction really fails; the client reads another error (§5).
expected_reply& session::force_failure(replacement why, disposition how) {
    statistics_.provokes(why);
    expected_reply& r = link_->send_failure(how);
    r.note.instead = why;
    return r;
}

expected_reply& session::send_describe(byte_view name, disposition how, purpose what,
                                       const statement_ptr& s) {
    expected_reply& r = link_->send_describe(name, how, what);
    r.note.subject = s;
    if (what == purpose::birth) s->described = true;
    return r;
}

/// Takes from a Describe's replies what its entry is there for. Whether the client is to be told instead that
/// the row shape has changed.
bool session::learn(expected_reply& head, const frame& f) {
    const auto type = static_cast<backend>(f.type);
    if (type == backend::parameter_description) {
        if (const auto types = read_parameter_description(f.body())) described_types_ = *types;
        return false;
    }
    statement& s = *head.note.subject;
    if (head.what == purpose::shape_check && s.birth && is_row_shape(s.birth->shape, f.body())) return false;
    auto shape = type == backend::row_description ? read_row_shape(f.body()) : std::string();
    if (!shape) {
        out_of_sync("malformed RowDescription");
        return false;
    }
    switch (head.what) {
        case purpose::birth:
            if (!s.birth) s.birth = texts_.intern_birth(described_types_, *shape);
            break;
        case purpose::shape_check:
            if (!s.birth) s.birth = texts_.intern_birth(described_types_, *shape);
            if (*shape == s.birth->shape) break;
            if (head.how == disposition::forward) return true;
            link_->behind_head().shape_changed = true;
            break;
        case purpose::placed_check:
            if (attempt_ && *shape != s.birth->shape) attempt_->shape = attempt::check::changed;
            break;
        case purpose::declared_types:
            s.text = texts_.intern(s.text->sql, described_types_, s.text->reading);
            s.declared_types = nullptr;
            break;
        case purpose::parse_again:
        case purpose::copy_by_query:
        case purpose::shape_failure:
        case purpose::none: break;
    }
    return false;
}

}  // namespace pgsidecar
