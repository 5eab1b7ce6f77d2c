#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>

// Asio's types bound to io_context, which spares a virtual call wherever a polymorphic executor would make
// one.
namespace pgsidecar::net {

namespace asio = boost::asio;
using boost::system::error_code;

// GCC 12 miscompiles coroutines with co_await in the condition of an if that awaits again, or in ?: - name
// the result.
using executor = asio::io_context::executor_type;
template <class T = void>
using awaitable = asio::awaitable<T, executor>;

using stream_protocol = asio::generic::stream_protocol;
using endpoint = stream_protocol::endpoint;
using stream_socket = asio::basic_stream_socket<stream_protocol, executor>;
using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;

using time_point = timer::time_point;

inline constexpr asio::use_awaitable_t<executor> use_awaitable;

/// Completion token: the error goes to `ec`, nothing is thrown.
inline auto into(error_code& ec) { return asio::redirect_error(use_awaitable, ec); }

}  // namespace pgsidecar::net
