// What is found in a message, gathered: each tag once, and of doubts no more than people can read, but one of each kind: the
// sixteen that a sender writes first must not hide the one that protects. Pure.
// Tested by tags/near_miss_test.
#pragma once

#include "policy/tags/reader.hpp"

#include <string>
#include <string_view>

namespace sealgate::policy {

class finding_collector {
public:
    void add(found_tag found);
    // Quoted as shown.
    void add(near_miss miss);

    const tag_findings& so_far() const { return findings_; }
    tag_findings take() && { return std::move(findings_); }

private:
    tag_findings findings_;
};

} // namespace sealgate::policy
