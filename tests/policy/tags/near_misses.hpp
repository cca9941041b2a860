// The policy that tests of near misses read mail by, and Subjects held against it.
#pragma once

#include "policy/tags/reader.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy::test {

inline policy example_policy() {
    policy rules;
    rules.classifications = {
        {.name = "public", .tags = {"public"}},
        {.name = "internal", .tags = {"internal", "interne", "VS-NfD", "C3"}},
        {.name = "confidential",
         .tags = {"confidential", "streng vertraulich", "vertraulich", "конфиденциально", "机密", "TOP-SECRET"}},
    };
    rules.untagged = 1;
    rules.carriers.subject = {{.before = "[", .after = "]"}};
    rules.carriers.headers = {"X-Classification"};
    rules.carriers.sensitivity = {{"Company-Confidential", 2}, {"Private", 2}, {"Personal", 1}};
    return rules;
}

inline policy with_tags(std::vector<std::string> tags, std::vector<subject_pattern> patterns) {
    auto rules = example_policy();
    rules.carriers.subject = std::move(patterns);
    rules.classifications = {{.name = "low", .tags = {}}, {.name = "high", .tags = std::move(tags)}};
    rules.untagged = 0;
    return rules;
}

inline message field(std::string name, std::string_view value) {
    return {.fields = {{.name = std::move(name), .value = " " + std::string(value)}}, .body = {}};
}

inline message subject(std::string_view text) { return field("Subject", text); }

struct row {
    const char* written;
    const char* suggestion;
    const char* text = nullptr; // what is quoted, if it is not all that is written
};

inline void expect_near(const policy& rules, std::initializer_list<row> rows) {
    for (const auto& [written, suggestion, text] : rows) {
        const auto found = find_tags(rules, subject(written));
        EXPECT_TRUE(found.tags.empty()) << written;
        ASSERT_EQ(found.near_misses.size(), 1U) << written;
        EXPECT_EQ(found.near_misses[0].suggestion, suggestion) << written;
        EXPECT_EQ(found.near_misses[0].text, text ? text : written);
        EXPECT_EQ(found.near_misses[0].where, carrier::subject);
    }
}

inline void expect_clean(const policy& rules, std::initializer_list<const char*> subjects) {
    for (const char* text : subjects)
        for (const auto& miss : find_tags(rules, subject(text)).near_misses)
            ADD_FAILURE() << text << ": " << miss.text << " -> " << miss.suggestion;
}

} // namespace sealgate::policy::test
