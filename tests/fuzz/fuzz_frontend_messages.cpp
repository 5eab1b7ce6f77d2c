#include <string>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "protocol/frame.hpp"
#include "protocol/frontend_messages.hpp"

/// Decoders of the client's messages: what they take is composed again to the same bytes.
namespace pgsidecar::fuzz {
namespace {

byte_view body_of(const std::string& message) {
    const auto f = peek_frame(message);
    check(f && f->whole() && f->raw.size() == message.size(), "one whole message has been composed");
    return f->body();
}

void parse(byte_view body) {
    const auto p = read_parse(body);
    if (!p) return;
    check(lies_within(p->statement, body) && lies_within(p->query, body) &&
              lies_within(p->parameter_types, body),
          "views alias the body");
    std::string whole;
    compose_parse(whole, p->statement, p->query, p->parameter_types);
    check(body_of(whole) == body, "Parse is composed as it was read");

    std::string head;
    const byte_view tail = body.substr(p->statement.size() + 1);
    compose_parse_head(head, p->statement, tail.size());
    check(head.append(tail) == whole, "head and tail of a Parse are the whole of it");
}

void bind(byte_view body) {
    const auto b = read_bind(body);
    if (!b) return;
    check(lies_within(b->portal, body) && lies_within(b->statement, body) && b->tail_at <= body.size(),
          "views alias the body");
    std::string composed;
    compose_bind_head(composed, b->portal, b->statement, body.size() - b->tail_at);
    composed.append(body.substr(b->tail_at));
    check(body_of(composed) == body, "Bind is composed as it was read");

    std::string bare;
    compose_bind(bare, b->portal, b->statement);
    const auto again = read_bind(body_of(bare));
    check(again && again->portal == b->portal && again->statement == b->statement &&
              again->parameter_count == 0,
          "a Bind without parameters is read as composed");
}

/// A Bind is read as soon as its head is there: no cut may show another one.
void cut_bind(byte_view body) {
    const auto whole = read_bind(body);
    for (std::size_t n = 0; n <= std::min<std::size_t>(body.size(), 256); ++n) {
        const heap_block cut(body.substr(0, n));
        const auto b = read_bind(cut.view());
        if (!b) continue;
        check(whole && whole->portal == b->portal && whole->statement == b->statement &&
                  whole->tail_at == b->tail_at,
              "names do not change as more comes");
        check(!b->parameter_count || b->parameter_count == whole->parameter_count,
              "the count does not change as more comes");
    }
}

void target(byte_view body) {
    const auto t = read_target(body);
    if (!t) return;
    check(lies_within(t->name, body), "views alias the body");
    std::string describe;
    compose_describe(describe, t->kind, t->name);
    check(body_of(describe) == body, "Describe is composed as it was read");
    std::string close;
    compose_close(close, t->kind, t->name);
    check(body_of(close) == body, "Close is composed as it was read");
}

void texts(byte_view body) {
    if (const auto portal = read_execute_portal(body)) {
        check(lies_within(*portal, body), "views alias the body");
        std::string execute;
        compose_execute(execute, *portal, 7);
        check(read_execute_portal(body_of(execute)) == portal, "Execute is read as composed");
    }
    if (const auto text = read_query(body)) {
        std::string query;
        compose_query(query, *text);
        check(body_of(query) == body, "Query is composed as it was read");
    }
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    const heap_block block({reinterpret_cast<const char*>(data), size});
    parse(block.view());
    bind(block.view());
    cut_bind(block.view());
    target(block.view());
    texts(block.view());
    return 0;
}
