#include <iterator>
#include <string>
#include <vector>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "protocol/composer.hpp"
#include "protocol/frame.hpp"
#include "protocol/startup_messages.hpp"
#include "proxy/startup/client_startup.hpp"
#include "proxy/startup/startup_settings.hpp"

/// Start-up: packets without a type byte, and the conversation up to the first ReadyForQuery, whole and cut.
namespace pgsidecar::fuzz {
namespace {

void command_line_options(byte_view bytes) {
    std::size_t size = 0;
    const command_line read = read_command_line(bytes);
    for (const auto& [name, value] : read.settings) size += name.size() + value.size();
    check(size + read.problem.size() <= bytes.size() + byte_view("-c  requires a value").size(),
          "no more comes out than went in");
}

void packet(byte_view bytes) {
    const startup_packet read = read_startup_packet(bytes);
    const auto* startup = std::get_if<startup_view>(&read);
    if (startup == nullptr || !startup->parameters) return;
    for (const auto& [name, value] : *startup->parameters)
        check(lies_within(name, bytes) && lies_within(value, bytes), "views alias the packet");
    std::string composed;
    compose_startup(composed, startup->minor, *startup->parameters);
    check(peek_startup_packet_size(composed) == composed.size(), "the length is the packet's");
    const startup_packet again = read_startup_packet(composed);
    const auto* same = std::get_if<startup_view>(&again);
    check(same != nullptr && same->major == 3 && same->minor == startup->minor &&
              same->parameters == startup->parameters,
          "a StartupMessage is read as composed");
}

struct unit {
    bool of_client;
    std::string bytes;
};

std::string startup_message(input& in) {
    static const char* const names[] = {"user",   "database", "client_encoding",  "replication",
                                        "_pq_.x", "options",  "application_name", "jit"};
    static const char* const values[] = {
        "me",     "'utf-8'",  "off",  "database",   "",
        "latin9", "nonsense", "true", "-c jit=off", "--application-name=a\\ b"};
    startup_parameters parameters;
    for (std::size_t n = in.below(6); n > 0; --n)
        parameters.push_back({names[in.below(std::size(names))], values[in.below(std::size(values))]});
    std::string out;
    compose_startup(out, static_cast<std::uint16_t>(in.below(3)), parameters);
    return out;
}

/// Each unit is at most one message, so that nothing but its cuts differs between the runs.
std::vector<unit> read_units(input& in) {
    static constexpr byte_view server_types = "RSKNEvZA";
    std::vector<unit> out;
    while (!in.empty() && out.size() < 24) {
        unit u{in.flag(), {}};
        const std::size_t kind = in.below(5);
        if (kind == 0) {
            u.bytes = in.bytes(in.below(32));
        } else if (u.of_client && kind == 1) {
            u.bytes = startup_message(in);
        } else if (u.of_client && kind == 2) {
            field_writer(u.bytes).u32(8).u16(1234).u16(static_cast<std::uint16_t>(5679 + in.below(2)));
        } else {
            u.bytes.push_back(u.of_client ? 'p' : server_types[in.below(server_types.size())]);
            const byte_view body = in.bytes(in.below(24));
            field_writer(u.bytes).u32(static_cast<std::uint32_t>(body.size() + 4)).bytes(body);
        }
        out.push_back(std::move(u));
    }
    return out;
}

class player {
public:
    player(const startup_options& options, std::uint32_t seed, bool cut)
        : random_(seed), cut_(cut), startup_(options) {}

    void play(const std::vector<unit>& units) {
        for (const unit& u : units) {
            for (byte_view rest = u.bytes; !rest.empty();) {
                random_ = random_ * 1664525 + 1013904223;
                const byte_view piece = rest.substr(0, cut_ ? 1 + (random_ >> 16) % 5 : rest.size());
                rest.remove_prefix(piece.size());
                feed(u.of_client, piece);
            }
            feed(true, {});
        }
        at = startup_.at();
        left_over = client_buffer_ + "/" + server_buffer_;
    }

    std::string to_client, to_server, left_over;
    client_startup::stage at{};

private:
    void feed(bool of_client, byte_view piece) {
        std::string& buffer = of_client ? client_buffer_ : server_buffer_;
        buffer.append(piece);
        const heap_block block(buffer);
        const std::size_t used =
            of_client ? startup_.on_client_bytes(block.view()) : startup_.on_server_bytes(block.view());
        check(used <= buffer.size(), "no more is used than was fed");
        if (startup_.at() == client_startup::stage::connecting) startup_.on_connected({});
        to_server += startup_.to_server().str();
        to_client += startup_.to_client().str();
        startup_.to_server().clear();
        startup_.to_client().clear();
        buffer.erase(0, used);
        if (startup_.at() == client_startup::stage::authenticating && !startup_.waits_for_server())
            check(of_client || client_buffer_.size() <= 1 << 20, "a response is taken as it comes");
    }

    std::uint32_t random_;
    bool cut_;
    client_startup startup_;
    std::string client_buffer_, server_buffer_;
};

void conversation(input& in) {
    startup_options options;
    options.unsupported = static_cast<unsupported_parameters>(in.below(4));
    options.supported = {"application_name"};
    options.negotiates_protocol = in.flag();
    const std::uint32_t seed = in.byte();
    const std::vector<unit> units = read_units(in);
    player whole(options, seed, false);
    whole.play(units);
    player cut(options, seed, true);
    cut.play(units);
    check(whole.to_server == cut.to_server, "the server is sent the same, whole and cut");
    check(whole.to_client == cut.to_client, "the client is sent the same, whole and cut");
    check(whole.at == cut.at, "the stage is the same, whole and cut");
    if (whole.at == client_startup::stage::ready)
        check(whole.left_over == cut.left_over, "what is left for the session is the same, whole and cut");
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    const heap_block block({reinterpret_cast<const char*>(data), size});
    packet(block.view());
    command_line_options(block.view());
    input in(data, size);
    conversation(in);
    return 0;
}
