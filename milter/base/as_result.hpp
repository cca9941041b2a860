// How loops of ours wait for Asio: the error is a value, and nothing is thrown.
// Tested by protocol/connection_test and base/keyed_mutex_test.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sealgate::milter {

inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace sealgate::milter
