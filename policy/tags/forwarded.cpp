#include "policy/tags/forwarded.hpp"

#include "policy/mail/attached.hpp"
#include "policy/tags/words.hpp"

#include <algorithm>
#include <string_view>

namespace sealgate::policy {

std::vector<found_tag> forwarded_tags(const policy& rules, const message& mail) {
    std::vector<found_tag> out;
    effort left; // for all of them
    visit_attached(mail, [&](const message& attached, std::string_view) {
        for (auto& tag : exact_tags(rules, attached, left)) {
            tag.where = carrier::forwarded;
            if (std::ranges::find(out, tag) == out.end()) out.push_back(std::move(tag));
        }
    });
    return out;
}

} // namespace sealgate::policy
