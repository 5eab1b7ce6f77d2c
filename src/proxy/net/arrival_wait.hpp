#pragma once

#include <sys/epoll.h>

#include <boost/version.hpp>
#include <optional>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// What a try to read has come to.
enum class arrival {
    nothing,  ///< nothing was there
    some,     ///< something was, or the end, or an error; more may be
    all,      ///< something was, and nothing is behind it
};

/// Reads from a socket, without waiting.
class arrival_reader {
public:
    arrival_reader() = default;
    arrival_reader(const arrival_reader&) = delete;
    arrival_reader& operator=(const arrival_reader&) = delete;

    /// `last`: nothing may be reported any more, so the reader has to find the end by itself: `all` is none
    /// of the answers.
    virtual arrival try_to_read(bool last) = 0;

protected:
    ~arrival_reader() = default;
};

/// Tries until there is something, with what Asio offers to everybody: each wait costs an epoll_ctl.
class portable_arrival_wait {
public:
    portable_arrival_wait(stream_socket& socket, arrival_reader& reader) : socket_(socket), reader_(reader) {}

    /// Resumes when the reader has said something else than `nothing`, or what_failed() does.
    awaitable<> read() {
        failure_ = {};
        while (!failure_ && reader_.try_to_read(true) == arrival::nothing)
            co_await socket_.async_wait(stream_socket::wait_read,
                                        asio::bind_cancellation_slot(cancelled_.slot(), into(failure_)));
    }

    /// operation_aborted after cancel() and when the socket was closed.
    const error_code& what_failed() const { return failure_; }

    void cancel() { cancelled_.emit(asio::cancellation_type::terminal); }

private:
    stream_socket& socket_;
    arrival_reader& reader_;
    asio::cancellation_signal cancelled_;
    error_code failure_;
};

#if BOOST_VERSION == 108100 && defined(BOOST_ASIO_HAS_EPOLL) && !defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)

/// The same as an operation of Asio's reactor, whose details are those of one version.
///
/// async_read_some tries at once, which nearly always fails, and async_wait arms epoll again: one system call
/// too many for each arrival. The reactor spares both after an operation that says that it has emptied the
/// socket (done_and_exhausted; epoll_reactor::start_op and descriptor_state::perform_io in
/// asio/detail/impl/epoll_reactor.ipp). Sockets are watched edge-triggered, so this must be true: an end or
/// an error that was reported together with the data is not reported again.
class reactor_arrival_wait : private asio::detail::reactor_op {
public:
    reactor_arrival_wait(stream_socket& socket, arrival_reader& reader)
        : reactor_op(error_code(), &try_to_read, &resume),
          socket_(socket),
          reader_(reader),
          reactor_(asio::use_service<asio::detail::reactor>(socket.get_executor().context())) {
        cancellation_key_ = this;
    }

    /// To be awaited: deferred, so that it needs no frame of its own.
    auto read() {
        return asio::async_initiate<const asio::deferred_t&, void()>(
            [this](handler waiter) { start(std::move(waiter)); }, asio::deferred);
    }

    const error_code& what_failed() const { return ec_; }

    void cancel() {
        reactor_.cancel_ops_by_key(socket_.native_handle(), watched(), asio::detail::reactor::read_op, this);
    }

private:
    using reactor_op = asio::detail::reactor_op;
    using operation = asio::detail::operation;
    using handler = asio::detail::awaitable_async_op_handler<void(), executor>;

    /// Names what derived classes may name.
    struct socket_access : stream_socket {
        static constexpr auto impl = &socket_access::impl_;
    };

    asio::detail::reactor::per_descriptor_data& watched() {
        return (socket_.*socket_access::impl).get_implementation().reactor_data_;
    }

    void start(handler waiter) {
        waiter_.emplace(std::move(waiter));
        ec_ = {};
        reactor_.start_op(asio::detail::reactor::read_op, socket_.native_handle(), watched(), this, true,
                          true);
    }

    /// Of the last report; the reactor keeps it where it will hand it over.
    bool reported_the_last() {
        using base = operation*;  // which descriptor_state does not show
        constexpr auto events = &reactor_arrival_wait::task_result_;
        return ((base(watched())->*events) & (EPOLLERR | EPOLLHUP)) != 0;
    }

    static status try_to_read(reactor_op* base) {
        auto& self = static_cast<reactor_arrival_wait&>(*base);
        switch (self.reader_.try_to_read(self.reported_the_last())) {
            case arrival::nothing: return not_done;
            case arrival::some: return done;
            default: return done_and_exhausted;
        }
    }

    /// Without an owner the event loop is being destroyed, and everything that waits with it.
    static void resume(void* owner, operation* base, const error_code&, std::size_t) {
        auto& self = static_cast<reactor_arrival_wait&>(*base);
        handler waiter = std::move(*self.waiter_);
        self.waiter_.reset();
        if (owner) waiter();
    }

    stream_socket& socket_;
    arrival_reader& reader_;
    asio::detail::reactor& reactor_;
    std::optional<handler> waiter_;
};

using arrival_wait = reactor_arrival_wait;

#else

using arrival_wait = portable_arrival_wait;

#endif

}  // namespace pgsidecar::net
