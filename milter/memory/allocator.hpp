// How glibc's malloc holds the gateway's memory: what one mail gives back is what the next one takes, and what a crowd of
// mails needed goes back to the kernel when the crowd has passed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>

namespace sealgate::milter {

// For the whole process; before its threads begin. `limit`: octets that all messages together may take.
void set_up_allocator(std::size_t limit);

// Octets that the process holds of the kernel, and that nobody uses.
std::size_t unused_memory();

// What is worth giving back: less is used again at once.
constexpr std::size_t kept_unused = std::size_t{16} << 20; // octets

// Gives back what is unused where that is more than kept_unused, and looks again after each pause. On the caller's executor;
// the giving on the pool: it may take some ms. Ends with its io_context.
boost::asio::awaitable<void> give_back_unused(boost::asio::thread_pool& pool, std::chrono::milliseconds pause);

} // namespace sealgate::milter
