#include "support/session_driver.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace pgsidecar::test {
namespace {

/// Calls `feed` with a copy of the bytes that ends where its heap block ends, and forgets those that were
/// used.
template <class Feed>
void feed_exactly(std::string& buffer, Feed&& feed) {
    const std::unique_ptr<char[]> block(new char[buffer.size()]);
    std::copy(buffer.begin(), buffer.end(), block.get());
    buffer.erase(0, feed(byte_view(block.get(), buffer.size())));
}

template <class Take>
void in_pieces(byte_view bytes, std::size_t piece, Take&& take) {
    while (!bytes.empty()) {
        const byte_view part = bytes.substr(0, piece == 0 ? bytes.size() : piece);
        take(part);
        bytes.remove_prefix(part.size());
    }
}

}  // namespace

void session_driver::client_sends(byte_view bytes) {
    in_pieces(bytes, piece_, [&](byte_view part) {
        from_client_.append(part);
        if (!session_.waits_for_server()) feed_client();
    });
}

void session_driver::client_closes() {
    client_closed_ = true;
    if (!session_.waits_for_server()) feed_client();
}

void session_driver::server_sends(byte_view bytes) {
    in_pieces(bytes, piece_, [&](byte_view part) {
        from_server_.append(part);
        feed_exactly(from_server_, [&](byte_view in) {
            const std::size_t used = session_.on_server_bytes(in);
            flush();
            return used;
        });
        if (session_.waits_for_server()) feed_client();
    });
}

void session_driver::server_closes(byte_view why) {
    session_.on_server_eof(why);
    flush();
}

void session_driver::shut_down() {
    session_.shut_down();
    flush();
}

void session_driver::feed_client() {
    do {
        if (from_client_.empty()) break;
        feed_exactly(from_client_, [&](byte_view in) {
            const std::size_t used = session_.on_client_bytes(in);
            flush();
            return used;
        });
    } while (session_.has_more());
    if (client_closed_ && !session_.waits_for_server()) {
        session_.on_client_eof();
        from_client_.clear();
        flush();
    }
}

void session_driver::flush() {
    to_server_ += session_.to_server().str();
    to_client_ += session_.to_client().str();
    session_.to_server().clear();
    session_.to_client().clear();
}

}  // namespace pgsidecar::test
