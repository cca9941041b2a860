// How a refusal is worded: the texts of a language, and how what comes from outside is put into them. An SMTP reply is ASCII in
// one line; the notice beside it is not. Tested by decision/refusals_test.
#pragma once

#include "policy/rules/policy.hpp"
#include "policy/texts/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class told_by : std::uint8_t { reply, letter };

struct wording {
    const language_texts& words;
    told_by by = told_by::reply;
    std::string_view language = {}; // that tags and tiers are named in; empty: as the policy has them

    bool has(std::string_view name) const { return !words.text(name).empty(); }
    std::string say(std::string_view name, const filling& with = {}) const { return filled(words.text(name), with); }
    // Of one recipient, or of several where there is such a text.
    std::string say_of(std::size_t recipients, std::string name, const filling& with) const;
    // What comes from outside.
    std::string shown(std::string_view outside) const;
    std::string listed(const std::vector<std::string>& names, std::string_view last) const;

    std::string tag(const policy& rules, const classification& which) const;
    // One that the reply can show; empty: the classification has none.
    std::string ascii_tag(const policy& rules, const classification& which) const;
    std::string tags(const policy& rules) const; // "[public], [internal] or [confidential]"
    std::string name(const classification& which) const;
    std::string tier(const policy& rules, tier_id tier) const;
};

// As the policy words its SMTP replies.
wording reply_wording(const policy& rules);

} // namespace sealgate::policy
