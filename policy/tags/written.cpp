#include "policy/tags/written.hpp"

#include "policy/texts/tag_language.hpp"

namespace sealgate::policy {

std::string written_tag(const policy& rules, const classification& which, std::string_view language) {
    const std::string tag(tag_in(which.tags, language));
    if (tag.empty() || rules.carriers.subject.empty()) return tag;
    const auto& pattern = rules.carriers.subject.front();
    return pattern.before + tag + pattern.after;
}

std::string tagged_fields(const policy& rules, const classification& which, const std::string& subject) {
    const auto tag = written_tag(rules, which);
    const auto& from = rules.carriers;
    if (!tag.empty() && !from.subject.empty()) return "Subject: " + tag + " " + subject;
    const auto name = !from.headers.empty() ? from.headers.front() : from.sensitivity.empty() ? "" : "Sensitivity";
    return "Subject: " + subject + (tag.empty() || name.empty() ? "" : "\r\n" + name + ": " + tag);
}

std::vector<std::string> written_tags(const policy& rules, std::string_view language) {
    std::vector<std::string> out;
    for (const auto& one : rules.classifications)
        if (auto tag = written_tag(rules, one, language); !tag.empty()) out.push_back(std::move(tag));
    return out;
}

} // namespace sealgate::policy
