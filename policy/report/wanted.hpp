// Whose key is wanted: who was written to in vain since they have no key, or none that can be used, and by whom.
//
// Of the audit log's decisions, one by one. Addresses are as the log has them, in lower case. Pure. Memory grows with the
// distinct pairs of who wrote and to whom, at most so many.
#pragma once

#include "policy/base/rfc3339.hpp"
#include "policy/report/bounded_map.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy {

// Somebody whose key was asked for in vain.
struct keyless {
    std::string tier, reason; // at last
    std::uint64_t mails = 0;
    wall_time last;
};

class wanted_keys {
public:
    explicit wanted_keys(std::size_t most) // of people, and of pairs
        : people_(most)
        , writers_(most) {}

    // A recipient of a decision. True where it counts: the reason is about a key (policy::is_about_a_key).
    bool add(const boost::json::object& recipient, std::string_view sender, wall_time when);

    const bounded<std::string, keyless>& people() const { return people_; } // by address

    // Who wrote to them, the most often first: some, and how many more there are.
    struct writers {
        std::vector<std::string> first;
        std::uint64_t more = 0;
        std::string in_words() const; // "ann@example.org, bea@example.org and 3 more"
    };
    writers writers_to(const std::string& address) const;

private:
    bounded<std::string, keyless> people_;
    bounded<std::pair<std::string, std::string>, std::uint64_t> writers_; // whom, and who: mails
};

} // namespace sealgate::policy
