#include "proxy/net/scram_key_maker.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace pgsidecar::net {

std::optional<auth::scram_keys> scram_key_maker::find(const auth::scram_key_request& wanted) {
    const std::lock_guard lock(mutex_);
    return known_.find(wanted);
}

void scram_key_maker::make(auth::scram_key_request wanted,
                           std::function<void(const auth::scram_keys&)> on_made) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    if (!thread_) thread_.emplace(1);
    asio::post(*thread_, [this, wanted = std::move(wanted), on_made = std::move(on_made)] {
        on_made(find_or_derive(wanted));
    });
}

/// Of many that log in at once the first makes the keys for all.
auth::scram_keys scram_key_maker::find_or_derive(const auth::scram_key_request& wanted) {
    if (auto known = find(wanted)) return *std::move(known);
    auth::scram_keys made = auth::derive_scram_keys(wanted.password.reveal(), wanted.salt, wanted.iterations);
    const std::lock_guard lock(mutex_);
    known_.put(wanted, made);
    return made;
}

void scram_key_maker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
    }
    if (!thread_) return;  // nobody makes one any more
    thread_->stop();
    thread_->join();
    thread_.reset();  // and with it what still waits
}

void key_derivation::start(scram_key_maker& maker, const auth::scram_key_request& wanted,
                           const executor& where) {
    auto self = std::static_pointer_cast<key_derivation>(shared_from_this());
    maker.make(wanted, [self = std::move(self), where](const auth::scram_keys& made) mutable {
        asio::post(where, [self = std::move(self), made] {
            self->keys = made;
            self->finish({});
        });
    });
}

}  // namespace pgsidecar::net
