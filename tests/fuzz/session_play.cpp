#include "fuzz/session_play.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "fuzz/support/check.hpp"
#include "model/pooler.hpp"
#include "proxy/session/session.hpp"

namespace pgsidecar::fuzz {
namespace {

std::string joined(const std::vector<std::string>& messages) {
    std::string out;
    for (const std::string& message : messages) out += message;
    return out;
}

std::string readable(byte_view stream, const char* what) {
    std::string out = what;
    for (auto f = peek_frame(stream); f; f = peek_frame(stream)) {
        out += "\n    ";
        out += f->type;
        out += ' ';
        for (const char c : f->body())
            if (c >= ' ' && c < 127)
                out += c;
            else
                out += c == 0 ? "|" : "?";
        stream.remove_prefix(f->raw.size());
    }
    return out + "\n";
}

class bench {
public:
    bench(const scenario& s, const session_options& options, schedule how)
        : scenario_(s),
          how_(how),
          random_(s.seed),
          pooler_(scenario_texts(), options.pooler),
          link_(options.pooler),
          session_(texts_, options, link_) {
        fuzz::explain = [this] { explain(); };
    }
    ~bench() { fuzz::explain = nullptr; }
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;

    void run() {
        for (const std::string& message : scenario_.messages) {
            if (native_.closed()) break;
            native_.on_message(*peek_frame(message));
            natively_ += joined(native_.take_flushed());
            sent_ += message;
            send(message);
            if (how_ != schedule::in_turn) continue;
            settle();
            compare();
        }
        settle();
        compare();
        leave();
    }

private:
    std::uint32_t below(std::uint32_t limit) {
        random_ = random_ * 1664525 + 1013904223;
        return (random_ >> 16) % limit;
    }

    void send(byte_view bytes) {
        if (how_ != schedule::at_random) {
            client_buffer_ += bytes;
            feed_client();
            return;
        }
        while (!bytes.empty()) {
            const byte_view piece = bytes.substr(0, 1 + below(9));
            bytes.remove_prefix(piece.size());
            client_buffer_ += piece;
            feed_client();
            if (below(4) == 0) receive(1 + below(9));
        }
    }

    void feed_client() {
        do {
            const heap_block block(client_buffer_);
            const std::size_t used = session_.on_client_bytes(block.view());
            check(used <= client_buffer_.size(), "no more is used than was fed");
            take_output();
            client_buffer_.erase(0, used);
        } while (session_.has_more());
    }

    void receive(std::size_t n) {
        if (how_ == schedule::at_random && below(4) == 0) {
            pooler_.flush();
            pending_ += joined(pooler_.take_replies());
        }
        deliver(n);
        const heap_block block(server_buffer_);
        const std::size_t used = session_.on_server_bytes(block.view());
        check(used <= server_buffer_.size(), "no more is used than was fed");
        take_output();
        server_buffer_.erase(0, used);
        if (session_.waits_for_server()) feed_client();
    }

    void deliver(std::size_t n) {
        const std::string out = pending_.substr(0, n);
        pending_.erase(0, out.size());
        server_buffer_ += out;
        delivered_ += out;
        for (auto f = peek_frame(delivered_); f && f->whole(); f = peek_frame(delivered_)) {
            pooler_.delivered(f->raw);
            delivered_.erase(0, f->size());
        }
    }

    void settle() {
        while (!pending_.empty()) receive(how_ == schedule::at_random ? 1 + below(9) : pending_.size());
        if (pooler_.closed() && !session_.finished()) {
            session_.on_server_eof("closed");
            take_output();
        }
    }

    void take_output() {
        to_server_ += session_.to_server().str();
        pooler_.receive(session_.to_server().str());
        while (pooler_.process_one()) {}
        pending_ += joined(pooler_.take_replies());
        if (!pooler_.faults().empty()) check(false, "the pooler can bear it: " + pooler_.faults().front());
        session_.to_server().clear();
        received_ += session_.to_client().str();
        session_.to_client().clear();
    }

    /// Everything that a server of its own would have flushed by now, and nothing that it would not have
    /// said.
    void compare() {
        if (refused_a_statement()) return;
        check(received_.size() >= natively_.size(),
              "the client reads all that a server of its own would have sent");
        check(all_natively().starts_with(received_),
              "the client reads nothing that a server of its own would not send");
        check(native_.closed() || !session_.waits_for_server(), "nobody waits for ever");
    }

    void leave() {
        const std::size_t before = received_.size();
        if (scenario_.terminates) {
            std::string terminate;
            compose_bare(terminate, frontend::terminate);
            send(terminate);
        } else {
            session_.on_client_eof();
            take_output();
        }
        settle();
        check(session_.finished(), "the session ends when its client leaves");
        check(session_.to_client().empty() && session_.to_server().empty(), "everything has been sent");
        check(refused_a_statement() || received_.size() == before || all_natively().starts_with(received_),
              "a client that leaves is told nothing new");
        check(pooler_.closed() || pooler_.idle(), "no server is left behind");
        check(refused_a_statement() || native_.committed() == pooler_.committed(), "the same is committed");
    }

    bool refused_a_statement() const { return session_.counters().provoked_failures[provoked::e53400] > 0; }

    /// What has been flushed, and what would be.
    std::string all_natively() const {
        model::server rest = native_;
        rest.flush();
        return natively_ + joined(rest.take_flushed());
    }

    void explain() const {
        static constexpr const char* schedules[] = {"in turn", "at once", "at random"};
        std::fprintf(stderr, "schedule: %s, %s\n", schedules[static_cast<int>(how_)],
                     scenario_.terminates ? "then Terminate" : "then EOF");
        std::fputs(readable(sent_, "the client sends").c_str(), stderr);
        std::fputs(readable(all_natively(), "natively it would read").c_str(), stderr);
        std::fputs(readable(received_, "it reads").c_str(), stderr);
        std::fputs(readable(to_server_, "the server is sent").c_str(), stderr);
        std::fprintf(stderr, "not used: %zu bytes of the client, %zu of the server; waits: %d; %s\n",
                     client_buffer_.size(), server_buffer_.size(), session_.waits_for_server(),
                     pooler_.idle() ? "the pooler is idle" : "the pooler is not idle");
    }

    const scenario& scenario_;
    schedule how_;
    std::uint32_t random_;
    model::database database_;
    model::server native_{scenario_texts(), database_};
    model::pooler pooler_;
    text_pool texts_;
    server_link link_;
    session session_;
    std::string client_buffer_, server_buffer_;
    std::string pending_;    // replies under way to the proxy
    std::string delivered_;  // of a reply that is not whole yet
    std::string sent_, natively_, received_, to_server_;
};

}  // namespace

void play(const scenario& s, const session_options& options, schedule how) { bench(s, options, how).run(); }

bool changes_shapes(const scenario& s) {
    return std::any_of(s.messages.begin(), s.messages.end(), [](const std::string& message) {
        return message.find("alter table") != std::string::npos;
    });
}

bool within_contract(const scenario& s) {
    model::database shared;
    model::server alone(scenario_texts(), shared);
    for (const std::string& message : s.messages) alone.on_message(*peek_frame(message));
    return !alone.beyond_contract();
}

}  // namespace pgsidecar::fuzz
