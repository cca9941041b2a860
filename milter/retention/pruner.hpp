// Prunes the log of a running gateway: the record first, the files then.
// Tested by e2e/test_audit_prune.py.
#pragma once

#include "milter/audit/log.hpp"
#include "milter/retention/prune.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>

namespace sealgate::milter {

struct prune_result {
    std::optional<policy::pruning> what; // nothing: nothing was old enough
    std::size_t files = 0;
    bool is_awaited = false; // more was old enough, and stays until a database has it
    std::string problem;     // why it was not done, or not to its end; empty: it was
};

// As the control socket answers: JSON, with its line end.
std::string to_line(const prune_result& done);

// `user`: as the log calls them. Network thread; the disk on the pool.
boost::asio::awaitable<prune_result> prune_log(audit_log& log, std::filesystem::path directory, prunable_part part,
                                               std::string user, boost::asio::thread_pool& pool);

} // namespace sealgate::milter
