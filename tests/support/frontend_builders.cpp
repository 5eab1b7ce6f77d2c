#include "support/frontend_builders.hpp"

#include "protocol/composer.hpp"
#include "protocol/frontend_messages.hpp"

namespace pgsidecar::test::fe {
namespace {

template <class Compose>
std::string composed(Compose&& compose) {
    std::string out;
    compose(out);
    return out;
}

std::string bare(frontend type) {
    return composed([&](std::string& out) { compose_bare(out, type); });
}

std::uint16_t count_of(const auto& list) { return static_cast<std::uint16_t>(list.size()); }

}  // namespace

std::string parse(byte_view statement, byte_view query, const std::vector<oid>& types) {
    std::string raw_types;
    for (const oid type : types) field_writer(raw_types).u32(type);
    return composed([&](std::string& out) { compose_parse(out, statement, query, raw_types); });
}

std::string bind(byte_view statement, const binding& b) {
    return composed([&](std::string& out) {
        message_writer writer(out, frontend::bind);
        writer.cstr(b.portal).cstr(statement);
        writer.u16(count_of(b.formats));
        for (const std::uint16_t format : b.formats) writer.u16(format);
        writer.u16(count_of(b.values));
        for (const auto& value : b.values) {
            writer.u32(value ? static_cast<std::uint32_t>(value->size()) : 0xffffffff);
            writer.bytes(value.value_or(""));
        }
        writer.u16(count_of(b.result_formats));
        for (const std::uint16_t format : b.result_formats) writer.u16(format);
    });
}

std::string execute(byte_view portal, std::uint32_t max_rows) {
    return composed([&](std::string& out) { compose_execute(out, portal, max_rows); });
}

std::string describe_statement(byte_view name) {
    return composed([&](std::string& out) { compose_describe(out, target_kind::statement, name); });
}

std::string describe_portal(byte_view name) {
    return composed([&](std::string& out) { compose_describe(out, target_kind::portal, name); });
}

std::string close_statement(byte_view name) {
    return composed([&](std::string& out) { compose_close(out, target_kind::statement, name); });
}

std::string close_portal(byte_view name) {
    return composed([&](std::string& out) { compose_close(out, target_kind::portal, name); });
}

std::string flush() { return bare(frontend::flush); }
std::string sync() { return bare(frontend::sync); }
std::string copy_done() { return bare(frontend::copy_done); }
std::string terminate() { return bare(frontend::terminate); }

std::string query(byte_view text) {
    return composed([&](std::string& out) { compose_query(out, text); });
}

std::string function_call(oid function) {
    return composed([&](std::string& out) {
        message_writer(out, frontend::function_call).u32(function).u16(0).u16(0).u16(0);
    });
}

std::string copy_data(byte_view bytes) { return message('d', bytes); }

std::string copy_fail(byte_view reason) {
    return composed([&](std::string& out) { compose_copy_fail(out, reason); });
}

std::string message(char type, byte_view body) {
    return composed([&](std::string& out) { message_writer(out, static_cast<frontend>(type)).bytes(body); });
}

}  // namespace pgsidecar::test::fe
