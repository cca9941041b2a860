#include "policy/decision/wording.hpp"

#include "policy/base/text.hpp"
#include "policy/load/texts.hpp"
#include "policy/tags/written.hpp"
#include "policy/texts/tag_language.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_shown = 320; // of an address

// One that can be typed as the reply shows it, if there is one.
classification in_ascii(const classification& which) {
    classification out{.name = which.name, .tags = {}};
    std::ranges::copy_if(which.tags, std::back_inserter(out.tags), [](const auto& tag) { return text::is_ascii(tag); });
    return out.tags.empty() ? which : out;
}

} // namespace

std::string wording::say_of(std::size_t recipients, std::string name, const filling& with) const {
    if (recipients != 1 && has(name + "-several")) name += "-several";
    return say(name, with);
}

std::string wording::shown(std::string_view outside) const {
    return by == told_by::reply ? text::ascii(outside) : text::printable(outside, longest_shown);
}

std::string wording::listed(const std::vector<std::string>& names, std::string_view last) const {
    return text::listed(names, words.text(last));
}

std::string wording::tag(const policy& rules, const classification& which) const {
    const bool must_be_ascii = by == told_by::reply && (!language.empty() || !text::is_ascii(written_tag(rules, which)));
    return shown(written_tag(rules, must_be_ascii ? in_ascii(which) : which, language));
}

std::string wording::ascii_tag(const policy& rules, const classification& which) const {
    auto tag = written_tag(rules, in_ascii(which), language);
    return text::is_ascii(tag) ? tag : std::string{};
}

std::string wording::tags(const policy& rules) const {
    std::vector<std::string> all;
    for (const auto& one : rules.classifications)
        if (auto written = tag(rules, one); !written.empty()) all.push_back(std::move(written));
    return listed(all, "or");
}

std::string wording::name(const classification& which) const {
    const auto usable = by == told_by::reply ? in_ascii(which) : which;
    return shown(language.empty() ? std::string_view(which.name) : name_in(which.name, usable.tags, language));
}

std::string wording::tier(const policy& rules, tier_id tier) const {
    const auto& name = rules.tiers.name(tier);
    const auto called = language.empty() ? std::string_view{} : words.text("tier-" + name);
    return shown(called.empty() ? std::string_view(name) : called);
}

wording reply_wording(const policy& rules) {
    const auto& own = rules.replies.words;
    return {.words = own ? *own : shipped_languages().front(),
            .by = told_by::reply,
            .language = own ? std::string_view(own->tag) : ""};
}

} // namespace sealgate::policy
