// The words of refusals, within the room of an SMTP reply.
#include "policy/audit/record.hpp"
#include "policy/decision/refusal.hpp"
#include "tests/policy/support/policies.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

class Explain : public testing::Test {
protected:
    facts to(std::vector<const char*> addresses, rank r = 2) {
        facts known;
        known.findings.tags = {{.tag = "confidential", .classification = r, .where = carrier::subject}};
        for (const auto* address : addresses)
            known.recipients.push_back(
                {.who = parse_address(address), .seen = visibility::visible, .key = {}, .to_them = addressed::unverifiable});
        return known;
    }

    std::string reply_to(const facts& known) {
        const auto reply = reply_for(rules, known, decide(rules, known), "7Q2K-M4XD");
        return reply ? to_string(*reply) : "";
    }

    policy rules = load_or_fail(example_policy);
};

TEST_F(Explain, RefusalIsTheContractsExample) {
    EXPECT_EQ(reply_to(to({"bob@yahoo.com"})),
              "550 5.7.1 not sent: tagged confidential, but there is no key for bob@yahoo.com (unsecure). "
              "Ask them for their OpenPGP key, or use Signal or Jitsi instead. [sealgate 7Q2K-M4XD]");
}

TEST_F(Explain, EachRefusedRecipientIsNamedWithItsReason) {
    auto known = to({"bob@yahoo.com", "eve@hotmail.com", "dan@partner.example"});
    known.recipients[2].key.state = key_state::expired;
    EXPECT_EQ(reply_to(known), "550 5.7.1 not sent: tagged confidential, but there is no key for bob@yahoo.com (unsecure) and "
                               "eve@hotmail.com (unsecure). Ask them for their OpenPGP keys. "
                               "Also: the key of dan@partner.example (secure) has expired. "
                               "Ask them for a new OpenPGP key. "
                               "Or use Signal or Jitsi instead. [sealgate 7Q2K-M4XD]");
}

TEST_F(Explain, NearMissAsksWhatWasMeantAndQuotesNothing) {
    auto known = to({"bob@yahoo.com"}, 0);
    known.findings.near_misses = {{.text = "[confidental]", .suggestion = "[confidential]", .where = carrier::subject}};
    EXPECT_THAT(reply_to(known), HasSubstr("did you mean [confidential]?"));
    EXPECT_THAT(reply_to(known), Not(HasSubstr("confidental")));
}

TEST_F(Explain, NearMissNamesWhereItStandsAndWhatHelps) {
    auto known = to({"bob@yahoo.com"}, 0);
    near_miss miss{.text = "confidental", .suggestion = "confidential", .where = carrier::header};
    known.findings.near_misses = {miss};
    rules.carriers.headers = {"X-Classification", "X-Level"};
    EXPECT_EQ(
        reply_to(known),
        "550 5.7.1 not sent: its header field X-Classification or X-Level has something nearly like a tag; did you mean "
        "confidential? Correct it and send it again; if it was meant as none, take it out of its brackets and write the tag "
        "that you do mean. Possible tags: [public], [internal] or [confidential]. [sealgate 7Q2K-M4XD]");
}

TEST_F(Explain, LabelOfAnotherProgramIsNamedAsPeopleKnowIt) {
    auto known = to({"bob@yahoo.com"}, 0);
    const std::string step = "Choose another label in your mail program, or remove it and write [public], [internal] or "
                             "[confidential] in the subject, and send it again. [sealgate 7Q2K-M4XD]";
    known.findings.near_misses = {{.text = "Streng", .suggestion = {}, .where = carrier::msip}};
    EXPECT_EQ(reply_to(known), "550 5.7.1 not sent: its label (Microsoft Purview) has something that is no tag here. " + step);
    known.findings.near_misses.front().unread = true;
    EXPECT_EQ(reply_to(known), "550 5.7.1 not sent: it is tagged confidential, but its label (Microsoft Purview) could not be "
                               "read for certain, so it may have another tag as well. " +
                                   step);
    known.findings.near_misses.push_back({.text = "[confidental]", .suggestion = "[confidential]", .where = carrier::subject});
    EXPECT_THAT(reply_to(known),
                HasSubstr("its Subject has something nearly like a tag; did you mean [confidential]? Correct it"));
}

TEST_F(Explain, UntaggedNamesTheTags) {
    rules.untagged.reset();
    auto known = to({"bob@yahoo.com"});
    known.findings.tags.clear();
    EXPECT_EQ(reply_to(known),
              "550 5.7.1 not sent: it has no tag. "
              "Write [public], [internal] or [confidential] in the subject and send it again. [sealgate 7Q2K-M4XD]");
}

TEST_F(Explain, UntaggedMailSaysWhatItCountedAs) {
    auto known = to({"bob@yahoo.com"});
    known.findings.tags.clear();
    rules.rules[1].cells.assign(rules.tiers.size(), action::reject);
    EXPECT_THAT(reply_to(known),
                HasSubstr("not sent: not tagged and so internal, but the policy does not allow it to go to bob@yahoo.com"));
}

TEST_F(Explain, AcceptedMailHasNoReply) { EXPECT_EQ(reply_to(to({"bob@yahoo.com"}, 0)), ""); }

TEST_F(Explain, DeferralIsTemporaryAndNamesNobody) {
    const auto known = to({"bob@yahoo.com"});
    const auto reply = reply_for(rules, known, deferred(decide(rules, known), reason::sealing_failed), "7Q2K-M4XD");
    EXPECT_EQ(to_string(*reply), "451 4.3.0 not sent yet: it could not be encrypted just now. Nothing has left. Try again in a "
                                 "few minutes; if this lasts, tell your mail administrator. [sealgate 7Q2K-M4XD]");
}

TEST_F(Explain, OurOwnFaultIsTemporaryAndSaysWhoseItIs) {
    auto known = to({"bob@yahoo.com", "ann@yahoo.com"});
    known.recipients[0].key.in_doubt = true;
    EXPECT_EQ(
        reply_to(known),
        "451 4.3.0 not sent yet: the mail gateway cannot read all of its own keys just now, so it cannot tell which are of "
        "bob@yahoo.com. Nothing has left. Try again in a few minutes; if this lasts, tell your mail administrator. "
        "[sealgate 7Q2K-M4XD]");
    const auto reply = reply_for(rules, known, deferred(decide(rules, known), reason::organisation_key), "7Q2K-M4XD");
    EXPECT_THAT(to_string(*reply),
                HasSubstr("451 4.3.0 not sent yet: it must be encrypted to a key of our own organisation too, "
                          "and that key cannot be used; your mail administrator has to renew it."));
}

TEST_F(Explain, LookupThatFailedNamesWhoseKeyIsLookedFor) {
    auto known = to({"bob@yahoo.com", "ann@yahoo.com"});
    known.recipients[1].key.searched = key_search::failed;
    EXPECT_EQ(reply_to(known),
              "451 4.3.0 not sent yet: the mail gateway looks for the key of ann@yahoo.com, and could not find out yet whether "
              "there is one. Nothing has left. Try again in a few minutes; if this lasts, tell your mail administrator. "
              "[sealgate 7Q2K-M4XD]");
}

TEST_F(Explain, NoRoomSaysSo) {
    const auto known = to({"bob@yahoo.com"});
    const auto reply = reply_for(rules, known, deferred(decide(rules, known), reason::no_room), "7Q2K-M4XD");
    EXPECT_THAT(to_string(*reply), HasSubstr("452 4.3.1 not sent yet: the mail gateway has no room for it just now."));
}

TEST_F(Explain, TooLargeHasItsOwnCode) {
    auto known = to({"bob@yahoo.com"}, 0);
    known.read = legibility::too_large;
    EXPECT_THAT(reply_to(known), HasSubstr("552 5.3.4 not sent: tagged public, but it is larger than the gateway reads."));
}

TEST_F(Explain, ThousandRecipientsFitWhatSmtpAllows) {
    std::vector<std::string> addresses;
    for (int i = 0; i < 1000; ++i)
        addresses.push_back("recipient-number-" + std::to_string(i) + "@a-domain-of-some-length.example");
    std::vector<const char*> pointers;
    for (const auto& one : addresses) pointers.push_back(one.c_str());
    const auto known = to(pointers);
    const auto reply = *reply_for(rules, known, decide(rules, known), "7Q2K-M4XD");
    EXPECT_LE(reply.lines.size(), 24u);
    for (const auto& line : reply.lines) EXPECT_LE(line.size() + 10, 510u);
    EXPECT_THAT(to_string(reply), HasSubstr("recipient-number-0@"));
    EXPECT_THAT(to_string(reply), HasSubstr("and 940 others"));
    EXPECT_THAT(reply.lines.back(), HasSubstr("[sealgate 7Q2K-M4XD]"));
}

TEST_F(Explain, HostileAddressesCannotBreakTheReply) {
    const auto text = reply_to(to({"a\r\n250 ok@yahoo.com", "\x1b[2J@yahoo.com", "b\xc3\xa4@yahoo.com"}));
    for (const char c : text) EXPECT_TRUE((c >= 0x20 && c < 0x7F) || c == '\n');
    EXPECT_EQ(std::ranges::count(text, '\n'), 0);
    EXPECT_THAT(text, HasSubstr(" b?@yahoo.com (unsecure)")) << "one letter, however many octets it takes";
}

TEST_F(Explain, JsonLineHasTheContractsFields) {
    const auto known = to({"bob@yahoo.com"});
    const auto made = decide(rules, known);
    const auto reply = reply_to(known);
    const auto line =
        explain_line({.rules = rules, .known = known, .made = made, .mode = mode::enforce, .reply = reply, .names = {}},
                     "m.eml", {{.path = "0", .type = "text/plain", .verdict = "encrypted", .packets = {"PKESK"}}}, {});
    const auto object = boost::json::parse(line).as_object();
    for (const auto* field : {"file", "classification", "tags", "near_misses", "protection", "outcome", "mode", "recipients",
                              "reply", "copies", "policy", "foreign_keys", "report"})
        EXPECT_TRUE(object.contains(field)) << field;
    const auto& recipient = object.at("recipients").as_array().at(0).as_object();
    EXPECT_EQ(
        boost::json::serialize(recipient),
        R"({"address":"bob@yahoo.com","tier":"unsecure","action":"encrypt","key":{"state":"missing","fingerprint":null,"source":null,"standing":null},"result":"reject","reason":"no-key"})");
    EXPECT_EQ(object.at("reply").as_string(), reply);
    EXPECT_EQ(boost::json::serialize(object.at("parts")),
              R"([{"path":"0","type":"text/plain","verdict":"encrypted","packets":["PKESK"]}])");
}

TEST_F(Explain, RecordHasTheContractsFieldsAndSurvivesHostileText) {
    auto known = to({"bob@yahoo.com"});
    known.recipients[0].who.spelled = "bob";
    const auto made = decide(rules, known);
    const address sender{.spelled = "\x01"
                                    "ann@example.org",
                         .local = "\x01"
                                  "ann",
                         .domain = "example.org"};
    const auto fields = audit_fields(
        {.rules = rules, .known = known, .made = made, .mode = mode::enforce, .reply = "550 x\n550 y", .names = {}},
        {.time = {},
         .id = "7Q2K-M4XD",
         .queue_id = "4XyZ1",
         .message_id = "<a\"b\\\n\xff>",
         .sender = sender,
         .client = "192.0.2.1",
         .user = "",
         .size = 12,
         .duration = {}});
    EXPECT_EQ(fields.find('\n'), std::string::npos);
    const auto object = boost::json::parse("{" + fields + "}").as_object();
    for (const auto* field : {"time", "id", "queue_id", "message_id", "sender", "client", "classification", "tags",
                              "protection", "outcome", "mode", "recipients", "policy", "size", "duration_ms"})
        EXPECT_TRUE(object.contains(field)) << field;
    EXPECT_EQ(object.at("message_id").as_string(), "<a\"b\\\uFFFD\uFFFD>");
    EXPECT_EQ(object.at("reply").as_string(), "550 x\n550 y");
}

} // namespace
} // namespace sealgate::policy
