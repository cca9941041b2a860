// What sealgate finds in many headers, for a comparison with other readers. Standard input: for each header its size in four
// octets, itself. Standard output: one line each, "tag", "near" (a near miss, or doubt) or "none".
#include "policy/base/bytes.hpp"
#include "policy/tags/reader.hpp"

#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace sealgate;

// The tags of subjects.py.
policy::policy rules() {
    policy::policy out;
    out.classifications = {{.name = "low", .tags = {}},
                           {.name = "high",
                            .tags = {"confidential", "vertraulich", "机密", "機密", "기밀", "конфиденциально", "důvěrné",
                                     "εμπιστευτικό", "confidențial", "סודי"}}};
    out.untagged = 0;
    out.carriers.subject = {{.before = "[", .after = "]"}};
    return out;
}

} // namespace

int main() {
    const auto policy = rules();
    const std::string all(std::istreambuf_iterator<char>(std::cin), {});
    bytes::cursor in(all);
    while (!in.at_end()) {
        const auto size = in.u32();
        const auto header = size ? in.take(*size) : std::nullopt;
        if (!header) return 1;
        const auto found = policy::find_tags(policy, policy::parse_message(*header));
        std::cout << (!found.tags.empty() ? "tag" : found.near_misses.empty() ? "none" : "near") << '\n';
    }
    return 0;
}
