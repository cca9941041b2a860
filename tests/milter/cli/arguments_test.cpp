// Options and words of a command line.
#include "milter/base/decision_id.hpp"
#include "milter/cli/arguments.hpp"

#include <gmock/gmock.h>

#include <set>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr option_spec known[] = {{"--json", takes::nothing}, {"--to", takes::values}, {"--last", takes::value}};

std::expected<invocation, std::string> parse(std::vector<std::string_view> words) { return parse_arguments(words, known); }

TEST(CommandLine, OptionsMayStandAnywhereAndInBothForms) {
    const auto called = parse({"a.eml", "--to", "x@y.z", "--json", "--to=b@y.z", "--config=c.yaml", "b.eml"});
    ASSERT_TRUE(called);
    EXPECT_THAT(called->words, ElementsAre("a.eml", "b.eml"));
    EXPECT_THAT(called->values("--to"), ElementsAre("x@y.z", "b@y.z"));
    EXPECT_TRUE(called->json());
    EXPECT_EQ(called->config_path, "c.yaml");
}

TEST(CommandLine, DefaultsAreTheContracts) {
    const auto called = parse({});
    EXPECT_EQ(called->config_path, "/etc/sealgate/sealgate.yaml");
    EXPECT_FALSE(called->json());
    EXPECT_THAT(called->values("--to"), IsEmpty());
}

TEST(CommandLine, DoubleDashEndsTheOptions) { EXPECT_THAT(parse({"--", "--json", "-"})->words, ElementsAre("--json", "-")); }

TEST(CommandLine, MistakesAreTold) {
    EXPECT_EQ(parse({"--jsn"}).error(), "unknown option --jsn; did you mean \"--json\"?");
    EXPECT_EQ(parse({"--sender=x"}).error(), "unknown option --sender; it takes --json, --to, --last, --config, --help");
    EXPECT_EQ(parse({"--last", "1", "--last=2"}).error(), "--last stands twice");
    EXPECT_EQ(parse({"--to"}).error(), "--to needs a value");
    EXPECT_EQ(parse({"--json=yes"}).error(), "--json takes no value");
}

TEST(CommandLine, WhatIsEmptyIsNamed) {
    EXPECT_EQ(parse({""}).error(), "argument 1 is empty");
    EXPECT_EQ(parse({"a.eml", "--json", ""}).error(), "argument 2 is empty");
    EXPECT_EQ(parse({"--", ""}).error(), "argument 1 is empty");
    for (const auto* option : {"--to=", "--last=", "--config="})
        EXPECT_EQ(parse({option}).error(),
                  std::string(option).substr(0, std::string(option).size() - 1) + " needs a value, and this one is empty");
    EXPECT_EQ(parse({"--config", "", "x"}).error(), "--config needs a value, and this one is empty");
    const option_spec of_no_sender[] = {{.name = "--from", .argument = takes::value, .may_be_empty = true}};
    EXPECT_THAT(parse_arguments(std::vector<std::string_view>{"--from", ""}, of_no_sender)->values("--from"), ElementsAre(""));
}

TEST(DecisionId, HasItsFormAndDoesNotRepeat) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = new_decision_id();
        EXPECT_THAT(id, testing::MatchesRegex("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"));
        seen.insert(id);
    }
    EXPECT_EQ(seen.size(), 1000u);
    EXPECT_LE(new_boundary().size(), 70u);
}

} // namespace
} // namespace sealgate::milter
