#pragma once

#include <cstddef>
#include <utility>

namespace pgsidecar {

/// How many bytes something takes, and how many it has given back.
class memory_account {
public:
    /// Some of it, as long as this exists.
    class share {
    public:
        share(memory_account& account, std::size_t bytes) : account_(account), bytes_(bytes) {
            account_.held_ += bytes_;
        }
        share(const share&) = delete;
        share& operator=(const share&) = delete;
        ~share() {
            account_.held_ -= bytes_;
            account_.released_ += bytes_;
        }

    private:
        memory_account& account_;
        const std::size_t bytes_;
    };

    std::size_t held() const { return held_; }

    /// Whether so much has been given back since this was last true.
    bool take_released(std::size_t at_least) {
        return released_ >= at_least && std::exchange(released_, 0) > 0;
    }

private:
    std::size_t held_ = 0;
    std::size_t released_ = 0;
};

}  // namespace pgsidecar
