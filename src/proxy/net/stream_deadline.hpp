#pragma once

#include <memory>

#include "proxy/net/byte_stream.hpp"

namespace pgsidecar::net {

/// Closes a stream that is not done by then, which ends what is being waited for.
class stream_deadline {
public:
    stream_deadline(byte_stream& stream, std::chrono::steady_clock::time_point at)
        : timer_(stream.get_executor()), passed_(std::make_shared<bool>(false)) {
        timer_.expires_at(at);
        timer_.async_wait([&stream, passed = std::weak_ptr(passed_)](error_code cancelled) {
            const auto alive = passed.lock();
            if (cancelled || !alive) return;
            *alive = true;
            stream.close();
        });
    }
    stream_deadline(const stream_deadline&) = delete;
    stream_deadline& operator=(const stream_deadline&) = delete;

    bool passed() const { return *passed_; }

private:
    timer timer_;
    std::shared_ptr<bool> passed_;  // dies with this, and the handler looks
};

}  // namespace pgsidecar::net
