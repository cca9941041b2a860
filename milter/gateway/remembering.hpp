// What a mail that passes asks of the threads that are known, and what it adds to them.
// Network thread. Tested by e2e/test_threads.py and test_shared_threads.py.
#pragma once

#include "milter/gateway/judge.hpp"
#include "milter/threads/memory.hpp"
#include "milter/writers/unwritten.hpp"
#include "policy/decision/thread.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace sealgate::milter {

// `threads` outlives it. Any thread.
thread_lookup lookup_in(const thread_memory& threads);

// Suspends until those who answer the mail `ids` are known to answer what left as it did: on disk. Returns why not, or nothing.
// All of them outlive it.
boost::asio::awaitable<unwritten> remember(thread_memory& threads, const policy::policy& rules, const judgement& judged,
                                           policy::mode mode, const std::vector<std::string>& ids);

// The same of mails that other gateways decided, in any order. `done` is called once, when all of them are on disk: with why
// they are not, where they are not.
void remember_all(thread_memory& threads, const policy::policy& rules, const std::vector<policy::recorded_mail>& mails,
                  std::function<void(const std::string& problem)> done);

// A mail of others joins the thread that it answers.
void join_thread(thread_memory& threads, const policy::policy& rules, const policy::message& header);

} // namespace sealgate::milter
