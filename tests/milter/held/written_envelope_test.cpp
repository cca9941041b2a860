// To whom a held mail is handed in anew: those whom its sender wrote to, and nobody is lost where that cannot be told.
#include "milter/held/written_envelope.hpp"
#include "policy/load/policy.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

constexpr const char* text = R"(organisation: {name: Example Org, domains: [example.org]}
classifications: [{name: internal, tags: [internal]}]
untagged: internal
near_miss: reject
carriers: {subject: ["[{tag}]"]}
rules: {internal: {default: deliver, archive: [archive@example.org]}}
notices: {from: postmaster@example.org}
)";

class WrittenEnvelope : public testing::Test {
protected:
    static held_recipient to(const std::string& address, const std::string& original = {}) {
        return {.address = address, .original = original};
    }
    std::vector<std::string> written(std::vector<held_recipient> recipients, const std::vector<std::string>& in_decision,
                                     bool is_begun = false) {
        boost::json::array all;
        for (const auto& one : in_decision) all.push_back(boost::json::object{{"address", one}});
        const boost::json::object reason{{"recipients", std::move(all)}};
        std::vector<std::string> out;
        const held_envelope envelope{
            .sender = "ann@example.org", .recipients = std::move(recipients), .dsn = {}, .is_begun = is_begun};
        for (const auto& one : as_written(envelope, rules, {}, in_decision.empty() ? nullptr : &reason).recipients)
            out.push_back(one.address);
        return out;
    }
    policy::policy rules =
        policy::load_policy("policy.yaml", [](const std::string&) -> std::expected<std::string, std::string> {
            return text;
        }).value();
    using people = std::vector<std::string>;
};

TEST_F(WrittenEnvelope, HasTheAliasOnceAndNobodyWhomPostfixAdded) {
    EXPECT_EQ(written({to("max@example.org", "all@example.org"), to("eve@example.org", "all@example.org"),
                       to("bob@partner.example", "bob@partner.example"), to("copies@example.org", "copies@example.org")},
                      {"all@example.org", "bob@partner.example"}),
              (people{"all@example.org", "bob@partner.example"}));
}

TEST_F(WrittenEnvelope, StaysAsItIsWhereSomebodyInTheDecisionIsNotFound) {
    const std::vector<held_recipient> both{to("max@example.org", "maxi@example.org"), to("eve@example.org", "eve@example.org")};
    EXPECT_EQ(written(both, {"maximilian@example.org", "eve@example.org"}), (people{"max@example.org", "eve@example.org"}));
    EXPECT_EQ(written(both, {}), (people{"max@example.org", "eve@example.org"})) << "no decision";
    EXPECT_EQ(written(both, {"maxi@example.org", "eve@example.org"}, true), (people{"max@example.org", "eve@example.org"}))
        << "some of an alias may have it";
}

TEST_F(WrittenEnvelope, LeavesArchivesOutThatNobodyWroteTo) {
    const std::vector<held_recipient> both{to("max@example.org"), to("archive@example.org")};
    EXPECT_EQ(written(both, {"max@example.org"}), people{"max@example.org"});
    EXPECT_EQ(written(both, {"max@example.org", "archive@example.org"}), (people{"max@example.org", "archive@example.org"}));
    EXPECT_EQ(written({to("archive@example.org")}, {"max@example.org"}), people{"archive@example.org"})
        << "or nobody would be left";
}

} // namespace
} // namespace sealgate::milter
