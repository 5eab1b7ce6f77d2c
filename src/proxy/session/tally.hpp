#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pgsidecar {

/// One count for each value of an enum whose values run from 0 to N - 1.
template <class Kind, std::size_t N>
class tally {
public:
    std::uint64_t& operator[](Kind kind) { return counts_[static_cast<std::size_t>(kind)]; }
    std::uint64_t operator[](Kind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

    tally& operator+=(const tally& other) {
        for (std::size_t i = 0; i < N; ++i) counts_[i] += other.counts_[i];
        return *this;
    }

    static constexpr std::size_t size() { return N; }

private:
    std::array<std::uint64_t, N> counts_{};
};

}  // namespace pgsidecar
