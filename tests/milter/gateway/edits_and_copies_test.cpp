// What leaves of a message: the edits of the one in hand, and a copy for each who needs one.
#include "milter/gateway/edits_and_copies.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using policy::form;
using policy::outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const keys::pgp_mime_envelope here{.content_type = "multipart/encrypted", .body = "sealed here\r\n"};
const keys::pgp_mime_envelope hidden{.content_type = "multipart/encrypted", .body = "sealed copy\r\n"};

transaction mail_to(const std::vector<std::string>& recipients) {
    transaction out;
    out.sender = policy::parse_address("ann@example.org");
    for (const auto& one : recipients) out.recipients.push_back(policy::parse_address(one));
    out.recipients_dsn.resize(recipients.size());
    out.queue_id = "4ABC";
    out.mail = {
        .fields = {{"Message-ID", " <1@example.org>"}, {"Subject", " [confidential] x"}, {"Keywords", " y"}, {"subject", " z"}},
        .body = "in clear\r\n"};
    return out;
}

policy::decision sealed_for(const transaction& mail, policy::split forms) {
    policy::decision out;
    out.what = outcome::seal;
    for (const auto& who : mail.recipients) {
        out.recipients.emplace_back();
        out.recipients.back().who = who;
    }
    out.forms = std::move(forms);
    return out;
}

std::vector<std::string> addresses(const owed_copy& copy) {
    std::vector<std::string> out;
    for (const auto& one : copy.recipients) out.push_back(one.address);
    return out;
}

class Forms : public testing::Test {
protected:
    transaction mail = mail_to({"bob@x.org", "carol@x.org", "max@example.org", "MAX@example.org", "max@example.org"});
    policy::decision made = sealed_for(mail, {.here = {0}, .copies = {{form::original, {2, 3, 4}}, {form::sealed, {1}}}});
    policy::policy rules;
};

TEST_F(Forms, WhatStaysInsideIsWhatThePolicyCallsMoreSensitiveThanUntagged) {
    rules.classifications = {{.name = "public", .tags = {"public"}},
                             {.name = "internal", .tags = {"internal", "interne"}},
                             {.name = "confidential", .tags = {"confidential", "vertraulich"}},
                             {.name = "secret", .tags = {"secret"}}};
    rules.carriers.headers = {"X-Classification"};
    rules.untagged = 1;
    EXPECT_EQ(concealed_by(rules).subject, keys::subject_shown::inside_only);
    EXPECT_THAT(concealed_by(rules).fields, ElementsAre("X-Classification"));
    EXPECT_THAT(concealed_by(rules).tags, ElementsAre("confidential", "vertraulich", "secret"));
    rules.carriers.labels[policy::carrier::tlp].values = {{"red", {"RED", 2}}, {"green", {"GREEN", 1}}};
    rules.carriers.labels[policy::carrier::epms].values = {{"protected", {"PROTECTED", 3}}};
    EXPECT_THAT(concealed_by(rules).tags, ElementsAre("confidential", "vertraulich", "secret", "PROTECTED", "TLP:RED"));
    rules.carriers.labels.clear();
    rules.untagged.reset();
    EXPECT_THAT(concealed_by(rules).tags, testing::SizeIs(6)) << "where each mail needs a tag, each tag says something";
    rules.encryption.protect_subject = false;
    EXPECT_EQ(concealed_by(rules).subject, keys::subject_shown::outside);
    EXPECT_THAT(concealed_by(rules).tags, IsEmpty());
}

TEST_F(Forms, EachCiphertextHasItsGroup) {
    EXPECT_THAT(ciphertext_groups(made), ElementsAre(ElementsAre(0u), ElementsAre(1u)));
    made.what = outcome::deliver;
    EXPECT_THAT(ciphertext_groups(made), IsEmpty());
}

TEST_F(Forms, TheMessageInHandIsSealedAndLosesAllOthers) {
    const auto edits = edits_for(rules, made, mail, {here, hidden}, "id");
    EXPECT_EQ(edits.body, here.body);
    EXPECT_THAT(edits.removed_recipients, ElementsAre("max@example.org", "MAX@example.org", "max@example.org", "carol@x.org"));
    EXPECT_THAT(edits.changes, ElementsAre(field_change{.which = {"Subject", 1}, .value = " [...]"}));
    EXPECT_THAT(edits.deletions, ElementsAre(field_number{"Keywords", 1}, field_number{"subject", 2}));
    EXPECT_THAT(edits.recipients, IsEmpty());
}

TEST_F(Forms, TheOthersAreOwedCopiesEachOnce) {
    const auto owed = copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id");
    ASSERT_EQ(owed.size(), 2u);
    EXPECT_THAT(addresses(owed[0]), ElementsAre("carol@x.org"));
    EXPECT_THAT(joined(owed[0].message), HasSubstr("sealed copy"));
    EXPECT_THAT(joined(owed[0].message), HasSubstr("Subject: [...]\r\n"));
    EXPECT_THAT(joined(owed[0].message), Not(HasSubstr("confidential")));
    EXPECT_THAT(addresses(owed[1]), ElementsAre("max@example.org")) << "one mailbox, however it is spelled";
    EXPECT_EQ(joined(owed[1].message), joined(policy::to_wire(mail.mail)));
    EXPECT_EQ(owed[1].sender, "ann@example.org");
}

TEST_F(Forms, WhereNobodyCanBeTakenOffAllLeaveAsCopies) {
    made.forms = policy::without_taking_off(std::move(made.forms));
    EXPECT_THAT(ciphertext_groups(made), ElementsAre(ElementsAre(0u), ElementsAre(1u)));
    EXPECT_EQ(edits_for(rules, made, mail, {here, hidden}, "id"), edit_list{.discard = true});
    const auto owed = copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id");
    ASSERT_EQ(owed.size(), 3u);
    EXPECT_THAT(addresses(owed[0]), ElementsAre("bob@x.org"));
    EXPECT_THAT(joined(owed[0].message), HasSubstr("sealed here"));
    EXPECT_THAT(addresses(owed[1]), ElementsAre("carol@x.org"));
    EXPECT_THAT(joined(owed[1].message), HasSubstr("sealed copy"));
    EXPECT_THAT(addresses(owed[2]), ElementsAre("max@example.org"));
}

TEST_F(Forms, SealedCopiesAreOneHeaderThatTheyShare) {
    made.forms = policy::without_taking_off(std::move(made.forms));
    const auto owed = copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id");
    EXPECT_EQ(joined(owed[0].message), joined(policy::to_wire(keys::sealed_message(mail.mail, concealed_by(rules), here))));
    EXPECT_EQ(owed[0].message.front().view().data(), owed[1].message.front().view().data());
}

TEST_F(Forms, CopiesCarryWhatTheSenderWantsToBeToldAndTheArchiveDoesNot) {
    mail.dsn = {.ret = "HDRS", .envid = "x1"};
    mail.recipients_dsn[1].notify = "NEVER";
    mail.recipients_dsn[2] = {.notify = "SUCCESS", .orcpt = "rfc822;maximilian@example.org"};
    made.archive = {policy::parse_address("archive@example.org")};
    const auto owed = copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id");
    for (const auto& copy : owed) EXPECT_EQ(copy.dsn, mail.dsn);
    EXPECT_EQ(owed[0].recipients[0].dsn, mail.recipients_dsn[1]);
    EXPECT_EQ(owed[1].recipients[0].dsn, dsn_of_recipient{}) << owed[1].recipients[0].address;
    EXPECT_EQ(owed[1].recipients[1].dsn, mail.recipients_dsn[2]);
    mail.recipients_dsn[2].notify = "NEVER";
    EXPECT_EQ(copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id")[1].recipients[1].identity,
              owed[1].recipients[1].identity)
        << "it is the same mail";
}

TEST_F(Forms, TheArchiveGetsTheOriginalOfASealedMessage) {
    made.archive = {policy::parse_address("archive@example.org"), policy::parse_address("max@example.org")};
    EXPECT_THAT(addresses(copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id")[1]),
                ElementsAre("archive@example.org", "max@example.org"));
    made.what = outcome::deliver;
    EXPECT_THAT(edits_for(rules, made, mail, {}, "id").recipients, ElementsAre("archive@example.org"));
}

TEST_F(Forms, TheSameMessageAgainOwesTheSame) {
    const auto identity = [&] {
        return copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id").back().recipients.front().identity;
    };
    const auto first = identity();
    EXPECT_EQ(first.size(), 64u);
    mail.queue_id = "4XYZ";
    mail.mail.fields.push_back({"Received", " by another way"});
    EXPECT_EQ(identity(), first);
    mail.mail.fields.push_back({"Resent-Message-ID", " <2@example.org>"});
    EXPECT_NE(identity(), first) << "it is sent on to him";
    mail.mail.fields.pop_back();
    mail.mail.body = "more\r\n";
    const auto other_body = identity();
    EXPECT_NE(other_body, first);
    mail.mail.fields.erase(mail.mail.fields.begin());
    const auto without_id = identity();
    mail.queue_id = "4ABC";
    EXPECT_NE(identity(), without_id) << "without a Message-ID each is its own";
}

TEST_F(Forms, AMailboxThatStaysIsOwedNothing) {
    mail = mail_to({"bob@x.org", "Bob@x.org", "carol@x.org"});
    made = sealed_for(mail, {.here = {0}, .copies = {{form::sealed, {1}}, {form::sealed, {2}}}});
    const auto owed = copies_owed(rules, made, mail, mail.mail, {here, hidden, hidden}, "id");
    ASSERT_EQ(owed.size(), 2u);
    EXPECT_THAT(addresses(owed[0]), IsEmpty());
    EXPECT_THAT(addresses(owed[1]), ElementsAre("carol@x.org"));
}

TEST_F(Forms, APathWithBlanksIsOwedToTheAddressInIt) {
    mail = mail_to({"bob@x.org", "carol @x.org"});
    made = sealed_for(mail, {.here = {0}, .copies = {{form::sealed, {1}}}});
    EXPECT_THAT(addresses(copies_owed(rules, made, mail, mail.mail, {here, hidden}, "id").front()), ElementsAre("carol@x.org"));
    EXPECT_THAT(edits_for(rules, made, mail, {here, hidden}, "id").removed_recipients, ElementsAre("carol @x.org"))
        << "as Postfix was told it";
}

} // namespace
} // namespace sealgate::milter
