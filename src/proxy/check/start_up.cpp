#include "proxy/check/start_up.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "protocol/backend_messages.hpp"
#include "protocol/frame.hpp"
#include "proxy/check/result.hpp"

namespace pgsidecar::check {

namespace {

namespace asio = boost::asio;

/// AuthenticationRequest (manual: "Message Formats").
std::string method_of(byte_view body) {
    field_reader fields(body);
    switch (fields.u32()) {
        case 0: return "none";
        case 3: return "cleartext password";
        case 5: return "MD5";
        case 7: return "GSSAPI";
        case 9: return "SSPI";
        case 10: return std::string(fields.cstr());
    }
    return "unknown";
}

class dialogue {
public:
    dialogue(std::uint16_t port, const patience& waits) : waits_(waits) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    start_up_answer ask(const startup_parameters& parameters) {
        std::string packet;
        compose_startup(packet, 0, parameters);
        asio::write(socket_, asio::buffer(packet));
        while (!over_) {
            read();
            while (!over_ && look_at_message()) {}
        }
        return answer_;
    }

private:
    void read() {
        if (!waits_.await(socket_.native_handle(), POLLIN, until_))
            throw timed_out("no answer to a StartupMessage");
        std::array<char, 4096> bytes{};
        boost::system::error_code ended;
        const std::size_t count = socket_.read_some(asio::buffer(bytes), ended);
        received_.append(bytes.data(), count);
        over_ = bool(ended);
    }

    bool look_at_message() {
        const auto message = peek_frame(received_);
        if (!message || !message->whole()) return false;
        look_at(*message);
        received_.erase(0, message->size());
        return true;
    }

    void look_at(const frame& message) {
        switch (static_cast<backend>(message.type)) {
            case backend::authentication:
                answer_.authentication = method_of(message.body());
                over_ = answer_.authentication != "none";
                break;
            case backend::error_response:
                answer_.refusal =
                    one_line(std::string(error_field_value(message.body(), error_field::message)));
                over_ = true;
                break;
            default: over_ = message.type == static_cast<char>(backend::ready_for_query);
        }
    }

    const patience& waits_;
    const deadline until_ = waits_.next();
    asio::io_context io_;
    asio::ip::tcp::socket socket_{io_};
    std::string received_;
    start_up_answer answer_;
    bool over_ = false;
};

}  // namespace

start_up_answer start_up(std::uint16_t port, const startup_parameters& parameters, const patience& waits) {
    return dialogue(port, waits).ask(parameters);
}

}  // namespace pgsidecar::check
