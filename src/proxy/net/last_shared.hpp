#pragma once

#include <memory>

namespace pgsidecar::net {

/// Values that are nearly always the same for those who come one after another: a newcomer shares the last
/// one's.
template <class T>
class last_shared {
public:
    std::shared_ptr<const T> share(const T& value) {
        if (!last_ || !(*last_ == value)) last_ = std::make_shared<const T>(value);
        return last_;
    }

private:
    std::shared_ptr<const T> last_;
};

}  // namespace pgsidecar::net
