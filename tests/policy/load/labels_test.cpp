// carriers.labels of a policy file: what each family needs, and every slip in it is told with its place.
#include "policy/load/labels.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string policy_with_labels(const std::string& labels) {
    auto text = example_policy;
    text.insert(text.find("tiers:"), "  labels: {" + labels + "}\n");
    return text;
}

label_families labels_of(const std::string& labels) {
    const auto rules = load_policy("policy.yaml", reader_of({{"policy.yaml", policy_with_labels(labels)}}));
    if (rules) return rules->carriers.labels;
    for (const auto& problem : rules.error()) ADD_FAILURE() << problem.to_string();
    return {};
}

std::vector<std::string> label_errors(const std::string& labels) {
    std::vector<std::string> out;
    if (const auto rules = load_policy("policy.yaml", reader_of({{"policy.yaml", policy_with_labels(labels)}})); !rules)
        for (const auto& problem : rules.error()) out.push_back(problem.to_string());
    return out;
}

TEST(LoadLabels, FamiliesAreReadWithTheirValues) {
    const auto read = labels_of(
        "msip: {tenants: [AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee], values: {General: internal}, unknown: confidential}, "
        "epms: {values: {\"OFFICIAL: Sensitive\": confidential}}, keywords: {values: {a b: public}}");
    ASSERT_EQ(read.size(), 3U);
    const auto& msip = read.at(carrier::msip);
    EXPECT_THAT(msip.of, ElementsAre("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"));
    EXPECT_EQ(msip.values.at("general").spelled, "General");
    EXPECT_EQ(msip.values.at("general").classification, rank{1});
    EXPECT_EQ(msip.unknown, unknown_label::counts);
    EXPECT_EQ(msip.unknown_as, rank{2});
    const auto& epms = read.at(carrier::epms);
    EXPECT_THAT(epms.of, ElementsAre("gov.au"));
    EXPECT_TRUE(epms.values.contains("official:sensitive"));
    EXPECT_EQ(epms.unknown, unknown_label::near_miss);
    EXPECT_EQ(read.at(carrier::keywords).unknown, unknown_label::ignore);
}

TEST(LoadLabels, OneOrSeveralOfWhoseLabelsCount) {
    EXPECT_THAT(labels_of("titus: {field: Classification, values: {x: public}}").at(carrier::titus).of,
                ElementsAre("classification"));
    EXPECT_THAT(labels_of("titus: {fields: [A, B b], values: {x: public}}").at(carrier::titus).of, ElementsAre("a", "bb"));
    EXPECT_THAT(labels_of("epms: {namespaces: [qld.gov.au], values: {x: public}}").at(carrier::epms).of,
                ElementsAre("qld.gov.au"));
    EXPECT_THAT(labels_of("nextcloud: {instance: OC1, values: {1: public}}").at(carrier::nextcloud).of, ElementsAre("oc1"));
}

TEST(LoadLabels, EverySlipIsTold) {
    const auto expect = [](const char* labels, const char* told) {
        EXPECT_THAT(label_errors(labels), Contains(HasSubstr(told))) << labels;
    };
    expect("misp: {values: {x: public}}", "unknown key \"misp\" in \"carriers.labels\"; did you mean \"msip\"?");
    expect("subject: {values: {x: public}}", "unknown key \"subject\"");
    expect("msip: {values: {x: public}}", "carriers.labels.msip needs \"tenant\"");
    expect("msip: {tenant: contoso, values: {x: public}}", "\"contoso\" is no tenant's id");
    expect("janusseal: {values: {x: public}}", "needs \"namespace\"");
    expect("titus: {values: {x: public}}", "needs \"field\"");
    expect("nextcloud: {values: {1: public}}", "needs \"instance\"");
    expect("epms: {}", "\"values\" is missing in \"carriers.labels.epms\"");
    expect("epms: {values: {}}", "carriers.labels.epms.values is empty");
    expect("epms: public", "expected a map for \"carriers.labels.epms\"");
    expect("epms: {values: [OFFICIAL]}", "expected a map for \"carriers.labels.epms.values\"");
    expect("epms: {values: {OFFICIAL: intrenal}}", "there is no classification \"intrenal\"; did you mean \"internal\"?");
    expect("epms: {values: {OFFICIAL: internal, official: public}}", "stands here already");
    expect("epms: {values: {\" \": internal}}", "a value must not be empty");
    expect("epms: {values: {x: public}, unknown: nearmiss}", "there is no classification \"nearmiss\"");
    expect("epms: {values: {x: public}, tenant: x}", "unknown key \"tenant\" in \"carriers.labels.epms\"");
    expect("tlp: {values: {ORANGE: public}}", "\"ORANGE\" is none of: RED, AMBER+STRICT, AMBER, GREEN, CLEAR");
    expect("tlp: {values: {WHITE: public}}", "WHITE is read as CLEAR");
    expect("tlp: {values: {AMBR: public}}", "did you mean \"AMBER\"?");
    EXPECT_THAT(label_errors("tlp: {values: {red: public}}"), IsEmpty());
}

TEST(LoadLabels, ALabelIsACarrierOfItsOwn) {
    auto text = policy_with_labels("tlp: {values: {RED: confidential}}");
    for (const char* line :
         {"  subject: [\"[{tag}]\"]\n", "  headers: [X-Classification]\n",
          "  sensitivity: {Company-Confidential: confidential, Private: confidential, Personal: internal}\n"})
        text.erase(text.find(line), std::string(line).size());
    EXPECT_TRUE(load_policy("policy.yaml", reader_of({{"policy.yaml", text}})));
}

} // namespace
