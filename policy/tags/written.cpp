#include "policy/tags/written.hpp"

namespace sealgate::policy {

std::string written_tag(const policy& rules, const classification& which) {
    if (which.tags.empty() || rules.carriers.subject.empty()) return which.tags.empty() ? "" : which.tags.front();
    const auto& pattern = rules.carriers.subject.front();
    return pattern.before + which.tags.front() + pattern.after;
}

std::vector<std::string> written_tags(const policy& rules) {
    std::vector<std::string> out;
    for (const auto& one : rules.classifications)
        if (auto tag = written_tag(rules, one); !tag.empty()) out.push_back(std::move(tag));
    return out;
}

} // namespace sealgate::policy
