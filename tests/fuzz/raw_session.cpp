#include "fuzz/raw_session.hpp"

#include <array>
#include <string>
#include <vector>

#include "fuzz/support/check.hpp"
#include "protocol/composer.hpp"
#include "proxy/session/session.hpp"

namespace pgsidecar::fuzz {
namespace {

constexpr std::size_t max_units = 80;

/// Bytes that come from one side before anything comes from the other.
struct unit {
    bool of_client;
    std::string bytes;
};

/// Messages of any type with any body, or no messages at all.
std::vector<unit> read_units(input& in) {
    static constexpr byte_view client_types = "PBDCEHSQFdcfXp";
    static constexpr byte_view server_types = "123CDEGHIKNRSTVWZcdnstvA";
    std::vector<unit> out;
    while (!in.empty() && out.size() < max_units) {
        const std::size_t choice = in.byte();
        unit u{choice % 2 == 0, {}};
        if (choice / 2 % 8 == 0) {
            u.bytes = in.bytes(in.below(64));
        } else {
            const byte_view types = u.of_client ? client_types : server_types;
            u.bytes.push_back(types[in.below(types.size())]);
            const byte_view body = in.bytes(in.below(choice / 2 % 8 == 1 ? 200 : 24));
            field_writer(u.bytes).u32(static_cast<std::uint32_t>(body.size() + 4)).bytes(body);
        }
        out.push_back(std::move(u));
    }
    return out;
}

class player {
public:
    player(const session_options& options, std::uint32_t seed, bool cut)
        : random_(seed), cut_(cut), link_(options.pooler), session_(texts_, options, link_) {}

    void play(const std::vector<unit>& units) {
        for (const unit& u : units) {
            if (session_.finished()) break;
            fed_ += u.bytes.size();
            for (byte_view rest = u.bytes; !rest.empty();) {
                const byte_view piece = rest.substr(0, cut_ ? 1 + random() % 9 : rest.size());
                rest.remove_prefix(piece.size());
                feed(u.of_client, piece);
            }
            if (!u.of_client && session_.waits_for_server()) feed(true, {});
        }
        session_.on_client_eof();
        take_output();
        session_.on_server_eof("closed");
        take_output();
        check(session_.finished(), "a session without peers ends");
    }

    std::string to_client, to_server;

private:
    std::uint32_t random() {
        random_ = random_ * 1664525 + 1013904223;
        return random_ >> 16;
    }

    void feed(bool of_client, byte_view piece) {
        std::string& buffer = of_client ? client_buffer_ : server_buffer_;
        buffer.append(piece);
        do {
            const heap_block block(buffer);
            const std::size_t used =
                of_client ? session_.on_client_bytes(block.view()) : session_.on_server_bytes(block.view());
            check(used <= buffer.size(), "no more is used than was fed");
            take_output();
            buffer.erase(0, used);
        } while (of_client && session_.has_more());
    }

    void take_output() {
        to_server += session_.to_server().str();
        to_client += session_.to_client().str();
        session_.to_server().clear();
        session_.to_client().clear();
        // A text, once sent, can be asked for again by each message that names it; nothing else multiplies.
        check(to_server.size() + to_client.size() <= 4096 + 64 * fed_ + fed_ * fed_,
              "what is sent is bounded by what has come");
    }

    std::uint32_t random_;
    bool cut_;
    text_pool texts_;
    server_link link_;
    session session_;
    std::string client_buffer_, server_buffer_;
    std::size_t fed_ = 0;
};

}  // namespace

void play_raw(input& in, session_options options) {
    options.result_shape = in.flag()   ? shape_check::strict
                           : in.flag() ? shape_check::optimistic
                                       : shape_check::off;
    options.max_statement_size = in.flag() ? 40 : std::size_t{1} << 20;
    const std::uint32_t seed = in.byte();
    const std::vector<unit> units = read_units(in);

    player whole(options, seed, false);
    whole.play(units);
    player cut(options, seed, true);
    cut.play(units);
    check(whole.to_server == cut.to_server, "the server is sent the same, whole and cut");
    check(whole.to_client == cut.to_client, "the client is sent the same, whole and cut");
}

}  // namespace pgsidecar::fuzz
