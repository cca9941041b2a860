// The audit log's records (contrib/design/audit_format.md) as numbers: what a report tells of a period. Read once, in order.
//
// Pure. Memory grows with the distinct values and hours that are kept, at most most_keys of each. What is missing in a
// record, or is not of its type, counts for nothing. Times are UTC.
#pragma once

#include "policy/audit/pseudonym.hpp"
#include "policy/report/numbers.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sealgate::policy {

class tally {
public:
    // Counted is what lies in [since, until).
    tally(std::optional<wall_time> since, std::optional<wall_time> until, std::size_t most = most_keys);

    void add(const boost::json::object& record);
    void add_unreadable() { ++counted_.unreadable; }

    const numbers& counted() const { return counted_; }

private:
    void add_decision(const boost::json::object& record, wall_time when, outcome what);
    void add_recipient(const boost::json::object& one, const kind_of_mail& mail, const std::string& sender, wall_time when);
    void add_near_misses(const boost::json::object& record, const kind_of_mail& mail);
    void add_event(const boost::json::object& record, std::string_view event, wall_time when);
    void compare_policy(const boost::json::object& record, wall_time when);
    void compare_certificates(const boost::json::object& record, wall_time when);
    void compare_signing_key(const std::string& now, wall_time when);
    void compare_mode(std::optional<std::string_view> now, wall_time when);
    void note(wall_time when, change_kind kind, std::string what);
    void note(change what);
    bool is_in_period(wall_time when) const;
    std::string known_classification(std::string name);

    numbers counted_;
    std::optional<wall_time> since_, until_;
    std::set<std::string> classifications_;
    address_key_in_use address_key_{std::string()}; // whichever it is
    std::string last_policy_, last_certificates_, last_mode_, last_signing_key_;
    bool runs_ = false; // as far as events tell
};

} // namespace sealgate::policy
