// The Message-ID that a sensitive mail is given, where it has none.
#include "milter/gateway/given_id.hpp"
#include "policy/decision/thread.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using policy::header_field;
using testing::ElementsAre;

const std::string id = "<sealgate.7Q2K-M4XD@example.org>";

TEST(GivenId, NamesTheOrganisationAndTheDecision) {
    policy::policy rules;
    const auto sender = policy::parse_address("ann@sub.example.com");
    EXPECT_EQ(new_message_id(rules, sender, "7Q2K-M4XD"), "<sealgate.7Q2K-M4XD@sub.example.com>");
    EXPECT_EQ(new_message_id(rules, {}, "7Q2K-M4XD"), "<sealgate.7Q2K-M4XD@localhost>");
    rules.tiers.add_domain(rules.tiers.organisation(), "example.org");
    EXPECT_EQ(new_message_id(rules, sender, "7Q2K-M4XD"), id);
}

TEST(GivenId, TakesThePlaceOfFieldsThatSayNone) {
    const policy::message mail{.fields = {{"Message-ID", " <>"}, {"Subject", " x"}, {"message-id", ""}}, .body = "text\r\n"};
    ASSERT_TRUE(policy::thread_ids_of(mail).own.empty());
    const auto named = with_message_id(mail, id);
    EXPECT_THAT(named.fields, ElementsAre(header_field{"Subject", " x"}, header_field{"Message-ID", " " + id}));
    EXPECT_EQ(named.body, mail.body);
    EXPECT_THAT(policy::thread_ids_of(named).own, ElementsAre("sealgate.7q2k-m4xd@example.org"));

    edit_list edits{.additions = {{"MIME-Version", " 1.0"}}};
    give_message_id(edits, mail, id);
    EXPECT_THAT(edits.deletions, ElementsAre(field_number{"Message-ID", 1}, field_number{"message-id", 2}));
    EXPECT_THAT(edits.additions, ElementsAre(header_field{"Message-ID", " " + id}, header_field{"MIME-Version", " 1.0"}));
}

TEST(GivenId, NothingIsGivenToWhatIsDiscarded) {
    edit_list edits{.discard = true};
    give_message_id(edits, {}, id);
    EXPECT_EQ(edits, edit_list{.discard = true});
}

} // namespace
} // namespace sealgate::milter
