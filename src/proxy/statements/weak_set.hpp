#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace pgsidecar {

/// Immutable values that are shared as long as somebody has them. `T` derives from enable_shared_from_this
/// and has key(), a pair of views of itself. Not thread-safe; outlives what it has given out.
template <class T>
class weak_set {
public:
    using key_type = std::pair<std::string_view, std::string_view>;

    weak_set() = default;
    weak_set(const weak_set&) = delete;
    weak_set& operator=(const weak_set&) = delete;

    /// The value with this key: one that somebody has, or `make()`.
    template <class Make>
    std::shared_ptr<const T> get(const key_type& key, Make&& make) {
        if (const auto found = values_.find(key); found != values_.end()) return (*found)->shared_from_this();
        const T* made = make();
        std::shared_ptr<const T> out(made, [this](const T* gone) {
            values_.erase(gone);
            delete gone;
        });
        values_.insert(made);
        return out;
    }

    std::size_t size() const { return values_.size(); }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const T* value : values_) visit(*value);
    }

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(const key_type& k) const {
            const std::hash<std::string_view> of;
            return of(k.first) * 31 + of(k.second);
        }
        std::size_t operator()(const T* value) const { return (*this)(value->key()); }
    };
    struct equal {
        using is_transparent = void;
        bool operator()(const T* a, const T* b) const { return a == b; }
        bool operator()(const T* a, const key_type& b) const { return a->key() == b; }
        bool operator()(const key_type& a, const T* b) const { return a == b->key(); }
    };

    std::unordered_set<const T*, hash, equal> values_;
};

}  // namespace pgsidecar
