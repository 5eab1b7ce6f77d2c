#pragma once

#include "proxy/net/byte_stream.hpp"
#include "proxy/net/deadline.hpp"

namespace pgsidecar::net {

/// Closes a stream that is not done by then, which ends what is being waited for.
class stream_deadline {
public:
    stream_deadline(deadline_queue& queue, byte_stream& stream, time_point at)
        : deadline_(queue, [this, &stream] {
              passed_ = true;
              stream.close();
          }) {
        deadline_.set_at(at);
    }

    bool passed() const { return passed_; }

private:
    bool passed_ = false;
    deadline deadline_;
};

}  // namespace pgsidecar::net
