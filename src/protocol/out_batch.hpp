#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// What one peer is to be sent, in order: pieces of the other peer's read buffer, passed untouched, and bytes
/// of our own. Borrowed pieces must outlive the batch's flush. Neighbours merge.
class out_batch {
public:
    void borrow(byte_view bytes) {
        if (bytes.empty()) return;
        if (!pieces_.empty() && pieces_.back().borrowed != nullptr &&
            pieces_.back().borrowed + pieces_.back().size == bytes.data())
            pieces_.back().size += bytes.size();
        else
            pieces_.push_back({bytes.data(), 0, bytes.size()});
        size_ += bytes.size();
    }

    /// Calls `write(std::string&)`, which appends bytes of our own.
    template <class Write>
    void compose(Write&& write) {
        const std::size_t at = owned_.size();
        write(owned_);
        const std::size_t n = owned_.size() - at;
        if (n == 0) return;
        if (!pieces_.empty() && pieces_.back().borrowed == nullptr)
            pieces_.back().size += n;
        else
            pieces_.push_back({nullptr, at, n});
        size_ += n;
    }

    /// Calls `visit(byte_view)` for every piece in order.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const piece& p : pieces_) visit(view(p));
    }

    /// Number `i` in order, of piece_count().
    byte_view piece_at(std::size_t i) const { return view(pieces_[i]); }

    bool empty() const { return pieces_.empty(); }
    std::size_t size() const { return size_; }
    std::size_t piece_count() const { return pieces_.size(); }

    /// Keeps what a round trip needs of the capacity.
    void clear() {
        pieces_.clear();
        owned_.clear();
        size_ = 0;
        if (pieces_.capacity() > kept_pieces) pieces_.shrink_to_fit();
        if (owned_.capacity() > kept_bytes) owned_.shrink_to_fit();
    }

    std::string str() const {
        std::string out;
        for_each([&](byte_view bytes) { out.append(bytes); });
        return out;
    }

private:
    struct piece {
        const char* borrowed;  // nullptr: at `at` in owned_
        std::size_t at;
        std::size_t size;
    };

    static constexpr std::size_t kept_pieces = 8;
    static constexpr std::size_t kept_bytes = 1024;  // a statement that is parsed again

    byte_view view(const piece& p) const {
        return p.borrowed != nullptr ? byte_view(p.borrowed, p.size) : byte_view(owned_).substr(p.at, p.size);
    }

    std::vector<piece> pieces_;
    std::string owned_;
    std::size_t size_ = 0;
};

}  // namespace pgsidecar
