#include <algorithm>
#include <memory>
#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// Simple protocol and FunctionCall (semantics §2), and the SQL-level PREPARE family (§7): the client's own
/// names are put on the server in front of the text that uses them, and the text is sent as it is.
namespace pgsidecar {
namespace {

/// How deep an EXECUTE of a statement whose own text is an EXECUTE is followed.
constexpr unsigned max_nesting = 8;

/// A Query that passes in pieces takes no server before so much of it has come: it may come slowly.
constexpr std::size_t min_query_start_size = 4'096;

/// With another number an EXECUTE fails before it looks at the statement's shape; PostgreSQL counts only
/// where there are parameters (prepare.c, ExecuteQuery).
bool takes_arguments(const statement& s, std::size_t given) {
    const std::size_t wanted = s.parameter_count().value_or(0);
    return wanted == 0 || wanted == given;
}

}  // namespace

session::attempt& session::this_attempt() {
    if (!attempt_) attempt_ = std::make_unique<attempt>();
    return *attempt_;
}

/// A Query behind messages that may fail is sent only when they have not: the server would skip it
/// unanswered, and the pooler would wait for its ReadyForQuery for ever (B6).
session::progress session::on_query(const frame& f) {
    if (!attempt_ || !attempt_->placing) {
        if (!link_->settled()) return progress::wait;
        if (skipping_) return drop(f);
    }
    if (!wanted_whole(f)) return on_long_query(f);
    const auto text = read_query(f.body());
    sql_facts facts = attempt_ ? attempt_->facts : sql_facts{};
    const sql_uses_ptr& uses = facts.uses;
    const bool readable = uses || (text && reading_.is_legal(*text));
    if (!uses && readable) {
        facts = read_query_facts(*text, reading_.sql());
        if (uses && is_new_prepare_alone(*uses)) {
            prepare_alone(uses->list.front(), *text);
            return progress::done;
        }
    }
    if (uses) {
        this_attempt().facts = facts;
        attempt_->placing = true;
        if (!uses->known) return fail_attempt(why_unreadable(*uses));
        if (const replacement why = overfills(*uses); why != replacement::none) return fail_attempt(why);
        if (link_->in_failed_block() && executes_behind_exit(*uses))
            return fail_attempt(replacement::execute_after_exit);
        if (const progress placed = place_names_for_query(*uses); placed != progress::done) return placed;
    }
    const bool outside = link_->is_idle() && !link_->current().is_open();
    if (outside && link_->pooler() != pooler_kind::direct && facts.copies_from_stdin) {
        send_copy_query(*text);
        return progress::done;
    }
    ++statistics_.counters.queries;
    link_->forget_residents();                   // the text may run anything
    if (readable) statements_.forget_unnamed();  // else refused before it is begun
    return readable ? send_query(f, *text, std::move(facts)) : forward(f, request::query);
}

/// It passes in pieces, and must not name a prepared statement.
session::progress session::on_long_query(const frame& f) {
    if (f.body().size() < std::min(f.body_size(), min_query_start_size)) return progress::more;
    ++statistics_.counters.queries;
    link_->forget_residents();
    statements_.forget_unnamed();
    link_->forward_start(f, request::query, f.raw.size() - f.body().size());
    watch_text();
    pass_watched(f.body());
    return progress::done;
}

session::progress session::on_function_call(const frame& f) {
    if (!link_->settled()) return progress::wait;
    if (skipping_) return drop(f);
    return forward(f, request::function_call);
}

bool session::is_new_prepare_alone(const sql_uses& uses) const {
    if (!uses.known || uses.statements != 1 || link_->in_failed_block()) return false;
    const sql_use& only = uses.list.front();
    return only.verb == sql_verb::prepare && !statements_.find(only.name) &&
           statements_.no_room_for_statement(only.prepares->text.size()) == replacement::none;
}

/// A lone PREPARE of a new name: the server tells the types and the row shape, which the text alone does not.
void session::prepare_alone(const sql_use& use, byte_view sql) {
    ++statistics_.counters.queries;
    statements_.forget_unnamed();
    const auto s = std::make_shared<statement>(texts_.intern(use.prepares->text, {}, reading_.sql()));
    link_->free_name(use.name, false);
    statistics_.parses(s, use.name);
    link_->send_as_execute(sql).note.table = table_change::oldest;
    statements_.sent({table_effect::kind::set, use.name, s});
    link_->send_close(target_kind::portal, {}, disposition::swallow);  // a Query leaves no portal
    send_describe(use.name, disposition::swallow, purpose::birth, s);
    link_->send_close(target_kind::statement, use.name, disposition::swallow);
    link_->send_sync(disposition::forward);
}

/// Why the client would hold more than it may; none if it would not. Names that come and go inside the string
/// count as if they stayed.
replacement session::overfills(const sql_uses& uses) {
    std::size_t texts = 0;
    for (const sql_use& use : uses.list)
        if (use.prepares) texts += statement::memory_beside_text + use.prepares->text.size();
    if (statements_.no_room(uses.list.size(), texts) == replacement::none) return replacement::none;
    if (link_->in_failed_block() && !uses.begins_with_exit)
        return replacement::none;  // the server refuses it
    std::size_t held = statements_.table().named(), memory = 0, freed = 0;
    for (const sql_use& use : uses.list) {
        const table_effect effect = effect_of(use);
        if (effect.what == table_effect::kind::erase_all) {
            held = memory = 0;
            freed = statements_.table().memory();
        }
        if (effect.what == table_effect::kind::erase && held > 0 && statements_.find(effect.name)) {
            --held;
            freed += statements_.find(effect.name)->memory();
        }
        if (effect.what != table_effect::kind::set || statements_.find(effect.name)) continue;
        ++held;
        memory += effect.value->memory();
        if (held > options_.max_statements) return replacement::too_many_statements;
        if (memory > freed && statements_.no_room(0, memory - freed) != replacement::none)
            return replacement::too_much_memory;
    }
    return replacement::none;
}

/// The first use of a name in the string decides what has to stand there.
session::progress session::place_names_for_query(const sql_uses& uses) {
    this_attempt();
    if (const progress p = place_names(uses, true, nullptr); p != progress::done) return p;
    if (!attempt_->placed_statement) return progress::done;
    if (!link_->settled() || skipping_)
        return progress::wait;  // if skipping: until the Sync is answered, then dispatch()
    return attempt_->shape == attempt::check::changed ? fail_attempt(replacement::shape_changed)
                                                      : progress::done;
}

/// What stands in front of a message of the extended protocol that uses this text: the statements that it
/// names. EXECUTE looks at its name at every step but Bind's, which parses again; the others only when they
/// run.
session::progress session::before(const query_text& text, step at) {
    const sql_uses_ptr& uses = text.facts().uses;
    if (!uses || link_->in_failed_block()) return progress::done;
    const bool running = at == step::execute;
    this_attempt();
    if (const progress p = place_names(*uses, running, nullptr); p != progress::done) return p;
    if (!running || attempt_->shape == attempt::check::none) return progress::done;
    if (!link_->settled()) return progress::wait;
    if (!skipping_ && attempt_->shape == attempt::check::changed && !attempt_->failed) {
        attempt_->failed = true;
        force_failure(replacement::shape_changed);
    }
    return progress::done;
}

session::progress session::before(const statement& s, step at) {
    return s.text ? before(*s.text, at) : progress::done;
}

session::progress session::place_names(const sql_uses& uses, bool running, const execution* outer) {
    for (const sql_use& use : uses.list) {
        const bool executes = use.verb == sql_verb::execute;
        if (use.name.empty() || is_placed(use.name) || !(running || executes)) continue;
        if (outer && outer->executes(use.name)) continue;
        if (batch_is_full() && !link_->settled())
            return progress::wait;  // a short text can name many long statements
        const statement_ptr s = statements_.find(use.name);
        const progress p = s && executes && !link_->in_failed_block() ? place(use, s, running, outer)
                                                                      : place_empty(use.name, s);
        if (p != progress::done) return p;
        if (skipping_) break;
    }
    return progress::done;
}

/// In place of the Query the client reads 0A000, and the ReadyForQuery of the Sync behind it.
session::progress session::fail_attempt(replacement why) {
    if (!this_attempt().failed) {
        attempt_->failed = true;
        force_failure(why);
        link_->settled();
    }
    return progress::wait;
}

/// ROLLBACK; EXECUTE n: in the failed block nothing can be put on the server that the EXECUTE would find.
bool session::executes_behind_exit(const sql_uses& uses) const {
    return uses.begins_with_exit && std::any_of(uses.list.begin(), uses.list.end(), [&](const sql_use& u) {
               return u.verb == sql_verb::execute && statements_.find(u.name) != nullptr;
           });
}

bool session::is_placed(byte_view name) const { return attempt_->placed.contains(name); }

/// The statement itself, under the client's name; behind those that it executes itself.
session::progress session::place(const sql_use& use, const statement_ptr& s, bool running,
                                 const execution* outer) {
    const std::string& name = use.name;
    if (const progress resolved = resolve_declared_types(s); resolved != progress::done) return resolved;
    const execution here{name, outer, outer ? outer->depth + 1 : 1,
                         (outer ? outer->runs : running) && takes_arguments(*s, use.arguments)};
    const sql_uses_ptr& inner = uses_of(*s);
    if (inner && here.depth < max_nesting)
        if (const progress p = place_names(*inner, true, &here); p != progress::done) return p;
    if (skipping_) return progress::done;
    attempt_->placed.insert(name);
    attempt_->placed_statement = true;
    link_->free_name(name, false);
    if (!s->text || (inner && here.depth >= max_nesting)) {
        force_failure(s->text ? replacement::nested_too_deep : replacement::text_not_kept);
        return progress::done;
    }
    statistics_.uses(*s);
    session_statistics::calls(*s);
    ++statistics_.counters.rewritten_messages[rewritten::execute];
    link_->send_parse(name, s->text->sql, s->parameter_types(), disposition::swallow, purpose::parse_again);
    if (!s->birth) {
        send_describe(name, disposition::swallow, purpose::birth, s);
    } else if (here.runs && checks_shape(*s)) {
        send_describe(name, disposition::swallow, purpose::placed_check, s);
        if (attempt_->shape == attempt::check::none) attempt_->shape = attempt::check::sent;
    }
    return progress::done;
}

/// Nothing, for a name that the client does not have; else a statement that cannot fail.
session::progress session::place_empty(const std::string& name, const statement_ptr& s) {
    attempt_->placed.insert(name);
    link_->free_name(name, s != nullptr);
    return progress::done;
}

/// The OIDs of the types that a PREPARE inside a string has declared: nothing has to be executed for them.
session::progress session::resolve_declared_types(const statement_ptr& s) {
    if (!s->declared_types || link_->in_failed_block()) return progress::done;
    if (this_attempt().probed != s) {
        std::string sql = "SELECT ";
        for (std::size_t i = 0; i < s->declared_types->size(); ++i)
            sql += (i > 0 ? ", $" : "$") + std::to_string(i + 1) + "::" + (*s->declared_types)[i];
        link_->place(link_->send_parse({}, sql, {}, disposition::swallow), {}, nullptr);
        send_describe({}, disposition::swallow, purpose::declared_types, s);
        attempt_->probed = s;
    }
    return link_->settled() ? progress::done : progress::wait;
}

table_effect session::effect_of(const sql_use& use, unsigned nesting) {
    switch (use.verb) {
        case sql_verb::prepare: {
            const auto s = std::make_shared<statement>(texts_.intern(use.prepares->text, {}, reading_.sql()));
            if (!use.prepares->declared_types.empty())
                s->declared_types =
                    std::make_unique<const std::vector<std::string>>(use.prepares->declared_types);
            statistics_.parses(s, use.name);
            return {table_effect::kind::set, use.name, s};
        }
        case sql_verb::deallocate: return {table_effect::kind::erase, use.name, nullptr};
        case sql_verb::deallocate_all: return {table_effect::kind::erase_all, "", nullptr};
        case sql_verb::execute: {
            const statement_ptr s = statements_.find(use.name);
            if (use.runs_any && s && uses_of(*s) && nesting < max_nesting)
                return effect_of(uses_of(*s)->list.front(), nesting + 1);
            break;
        }
    }
    return {};
}

}  // namespace pgsidecar
