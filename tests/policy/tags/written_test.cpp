// A mail that is tagged as the policy wants it is read as tagged so, wherever the policy reads tags.
#include "policy/tags/reader.hpp"
#include "policy/tags/written.hpp"
#include "tests/policy/support/policies.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

policy with_carriers(const std::string& carriers) {
    auto text = example_policy;
    const auto from = text.find("carriers:"), to = text.find("tiers:");
    return load_or_fail(text.replace(from, to - from, "carriers: " + carriers + "\n"));
}

std::vector<rank> read(const policy& rules, const std::string& fields) {
    std::vector<rank> out;
    for (const auto& tag : find_tags(rules, parse_message(fields + "\r\n\r\n")).tags) out.push_back(tag.classification);
    return out;
}

TEST(TaggedFields, AreReadAsTheyAreMeantWhereverThePolicyReadsTags) {
    for (const auto* carriers :
         {"{subject: [\"[{tag}]\"]}", "{headers: [X-Classification]}", "{sensitivity: {Private: confidential}}",
          "{subject: [\"[{tag}]\"], headers: [X-Classification]}"}) {
        const auto rules = with_carriers(carriers);
        for (rank r = 0; r < rules.classifications.size(); ++r)
            EXPECT_EQ(read(rules, tagged_fields(rules, rules.classifications[r], "probe")), std::vector{r}) << carriers;
    }
}

TEST(TaggedFields, AreTheSubjectAloneWhereNoTagCanBeWritten) {
    const auto labels = with_carriers("{labels: {tlp: {values: {RED: confidential}}}}");
    EXPECT_EQ(tagged_fields(labels, labels.classifications.back(), "probe"), "Subject: probe");
    auto rules = load_or_fail(example_policy);
    rules.classifications.back().tags.clear();
    EXPECT_EQ(tagged_fields(rules, rules.classifications.back(), "probe"), "Subject: probe");
}

} // namespace
} // namespace sealgate::policy
