// The recipients of a refused mail who share a reason, and the words for it: a part of what policy/decision/refusal writes.
// Tested by decision/refusals_test.
#pragma once

#include "policy/decision/wording.hpp"
#include "policy/rules/reason.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::policy {

// Of one reason's recipients, how many are named; at least one is.
struct share {
    std::size_t names = std::string::npos, octets = std::string::npos;
};

struct refused_group {
    reason why;
    std::vector<std::string> who; // "bob@yahoo.com (unsecure)"

    // "a, b and 940 others".
    std::string named(share most, const wording& in) const;
};

// "1 other", "940 others".
std::string others(std::size_t count, const wording& in);

// "there is no key for bob@yahoo.com (unsecure)": what stands after "not sent: tagged confidential, but ". `most_octets` is how
// large the mail might be, where it is too large.
std::string cause(const refused_group& of, share most, std::uint64_t most_octets, const wording& in);

} // namespace sealgate::policy
