// Why mails are held: the decisions of the audit log that held them, found by their queue ids in one pass over it.
// Tested by held/decisions_test and e2e/test_held.py.
#pragma once

#include "milter/postfix/queue_entry.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// By queue id. Of a queue id that came again, the one of that mail. None of what others hold, or an older log knew. Nothing
// where there is no log. Throws as audit_reader does.
using held_decisions = std::map<std::string, boost::json::object, std::less<>>;
held_decisions find_held_decisions(const std::filesystem::path& log, const std::vector<queue_entry>& held);

// The same of these lines, for one after the other. Pure.
class held_decision_search {
public:
    explicit held_decision_search(const std::vector<queue_entry>& held);
    void see(std::string_view line);
    held_decisions take() { return std::move(found_); }

private:
    std::map<std::string, std::int64_t, std::less<>> arrivals_; // by queue id
    held_decisions found_;
};

} // namespace sealgate::milter
