// Every refusal as staff read it: tests/policy/golden/refusals.txt has them all. After a wanted change of the words, write it
// anew with SEALGATE_RENEW_GOLDEN=1 and read the difference.
#include "policy/base/text.hpp"
#include "policy/decision/refusal.hpp"
#include "tests/policy/support/policies.hpp"
#include "tests/policy/support/reasons.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string golden_file = SEALGATE_GOLDEN "/refusals.txt";
const std::string policy_text = with(example_policy, "always_to: []", "always_to: [vault@example.org]");

struct refused {
    reason why;
    action cell = action::encrypt;
    key_state key = key_state::missing;
};

// What decide() can refuse for, with the cells and keys that go with it.
const std::vector<std::pair<std::string, refused>> kinds{
    {"tier", {reason::tier, action::reject}},
    {"no-key", {reason::no_key}},
    {"key-expired", {reason::key_expired, action::encrypt, key_state::expired}},
    {"key-revoked", {reason::key_revoked, action::encrypt, key_state::revoked}},
    {"key-disabled", {reason::key_disabled, action::encrypt, key_state::disabled}},
    {"key-not-for-encryption", {reason::key_not_for_encryption, action::encrypt, key_state::not_for_encryption}},
    {"key-weak", {reason::key_weak, action::encrypt, key_state::weak}},
    {"not-addressed", {reason::not_addressed}},
    {"unverifiable, no key here", {reason::unverifiable}},
    {"unverifiable, key here", {reason::unverifiable, action::encrypt, key_state::usable}},
    {"unverifiable, key here, require", {reason::unverifiable, action::require, key_state::usable}},
    {"passphrase-only", {reason::passphrase_only}},
    {"not-encrypted", {reason::not_encrypted, action::require}},
    {"pgp-fake, key here", {reason::pgp_fake, action::encrypt, key_state::usable}},
    {"pgp-fake, require", {reason::pgp_fake, action::require, key_state::usable}},
    {"pgp-partial, key here", {reason::pgp_partial, action::encrypt, key_state::usable}},
    {"pgp-partial, no key here", {reason::pgp_partial}},
    {"smime-not-accepted, key here", {reason::smime_not_accepted, action::encrypt, key_state::usable}},
    {"smime-not-accepted, no key here", {reason::smime_not_accepted}},
    {"near-miss", {reason::near_miss}},
    {"downgrade", {reason::downgrade}},
    {"untagged", {reason::untagged}},
    {"too-large", {reason::too_large}},
    {"too-large-sealed", {reason::too_large_sealed, action::encrypt, key_state::usable}},
    {"too-many-copies", {reason::too_many_copies, action::encrypt, key_state::usable}},
    {"unreadable", {reason::unreadable}},
};

class Refusals : public testing::Test {
protected:
    void refuse(const refused& how, std::size_t count) {
        static const char* const domains[] = {"yahoo.com", "partner.example", "nowhere.example"};
        for (std::size_t i = 0; i < count; ++i) {
            const auto number = made.recipients.size();
            const auto who = parse_address("person" + std::to_string(number) + "@" + domains[number % 3]);
            made.recipients.push_back({.who = who,
                                       .tier = rules.tiers.tier_of(who),
                                       .cell = how.cell,
                                       .key = {.state = how.key, .fingerprint = {}},
                                       .result = outcome::reject,
                                       .why = how.why});
        }
        if (how.why == reason::untagged) {
            known.findings.tags.clear();
            made.classification.reset();
        }
        if (how.why == reason::downgrade) answer(thread_sign::reference, thread_effect::lowered);
    }

    // The mail answers one that is confidential.
    void answer(thread_sign known_by, thread_effect effect) {
        made.thread = {.classification = 2, .known_by = known_by, .effect = effect};
        known.findings.tags.clear();
        if (effect == thread_effect::raised || effect == thread_effect::lowered)
            known.findings.tags = {{.tag = "internal", .classification = 1, .where = carrier::header}};
        if (effect == thread_effect::lowered) made.classification = 1;
    }

    smtp_reply reply() { return *reply_for(rules, known, made, "7Q2K-M4XD"); }

    void begin() {
        known = {};
        known.findings.tags = {{.tag = "confidential", .classification = 2, .where = carrier::subject}};
        known.findings.near_misses = {{.text = "[confidental]", .suggestion = "[confidential]", .where = carrier::subject}};
        made = {};
        made.classification = 2;
        made.near_misses = {0};
        made.what = outcome::reject;
        made.most_octets = 10'240'000;
    }

    void SetUp() override { begin(); }

    policy rules = load_or_fail(policy_text);
    facts known;
    decision made;
};

std::string read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST_F(Refusals, AreWhatTheGoldenFileSays) {
    std::string all;
    const auto show = [&](const std::string& title) { all += "# " + title + "\n" + to_string(reply()) + "\n\n"; };
    for (const auto& [name, how] : kinds)
        for (const std::size_t count : {1, 2, 100}) {
            if (count == 100 && name.contains(',')) continue;
            begin();
            refuse(how, count);
            show(name + ", " + std::to_string(count) + (count == 1 ? " recipient" : " recipients"));
        }
    begin();
    refuse({reason::no_key}, 2);
    refuse({reason::key_expired, action::encrypt, key_state::expired}, 1);
    refuse({reason::key_revoked, action::encrypt, key_state::revoked}, 1);
    show("no key and keys that cannot be used");
    begin();
    refuse({reason::key_expired, action::encrypt, key_state::expired}, 1);
    refuse({reason::key_disabled, action::encrypt, key_state::disabled}, 2);
    show("keys of two kinds that cannot be used");
    begin();
    refuse({reason::tier, action::reject}, 40);
    refuse({reason::no_key}, 40);
    refuse({reason::key_expired, action::encrypt, key_state::expired}, 20);
    show("three reasons, 100 recipients");
    for (const auto sign : {thread_sign::reference, thread_sign::subject})
        for (const auto effect : {thread_effect::inherited, thread_effect::raised}) {
            begin();
            refuse({reason::no_key}, 1);
            answer(sign, effect);
            show("no key, thread " + std::string(name_of(effect)) + ", known by " + std::string(name_of(sign)));
        }
    begin();
    refuse({reason::untagged}, 1);
    answer(thread_sign::reference, thread_effect::untagged);
    show("untagged in a thread");
    begin();
    for (const auto& [name, how] : kinds)
        if (how.why != reason::untagged) refuse(how, 5);
    show("every reason, 105 recipients");
    for (const auto* charset : {"", "x-unknown"}) {
        begin();
        known.findings.tags.clear();
        known.findings.near_misses = {
            {.text = "?", .suggestion = {}, .where = carrier::subject, .unread = true, .charset = charset}};
        refuse({reason::near_miss}, 1);
        show("a Subject that could not be read, charset \"" + std::string(charset) + "\"");
        known.findings.tags = {{.tag = "confidential", .classification = 2, .where = carrier::subject},
                               {.tag = "confidential", .classification = 2, .where = carrier::header}};
        show("the same, and a tag was found");
    }
    if (std::getenv("SEALGATE_RENEW_GOLDEN")) std::ofstream(golden_file, std::ios::binary) << all;
    EXPECT_EQ(all, read_all(golden_file));
}

TEST_F(Refusals, OfAllReasonsAreInTheGoldenFile) {
    std::set<reason> shown;
    for (const auto& [name, how] : kinds) shown.insert(how.why);
    for (const auto& [why, name] : names(reason{})) EXPECT_EQ(shown.contains(why), heard_of(why) == heard::refusal) << name;
    for (const auto* vague : {"of a rule about", "Ask your mail administrator."})
        EXPECT_THAT(read_all(golden_file), Not(HasSubstr(vague)));
}

TEST_F(Refusals, FitWhatSmtpAllowsWhateverTheNumbers) {
    const std::string long_name(200, 'x');
    for (std::size_t of = 0; of <= kinds.size(); ++of)
        for (const std::size_t count : {1, 3, 59, 60, 61, 1000}) {
            begin();
            for (std::size_t one = 0; one < kinds.size(); ++one)
                if (of == one || (of == kinds.size() && kinds[one].second.why != reason::untagged))
                    refuse(kinds[one].second, count);
            for (auto& one : made.recipients) one.who.local += long_name;
            const auto said = reply();
            EXPECT_THAT(said.lines, SizeIs(Le(24u))) << of << ", " << count;
            for (const auto& line : said.lines) {
                EXPECT_LE(line.size() + 10, 510u) << line;
                EXPECT_TRUE(text::is_ascii(line)) << line;
            }
            EXPECT_THAT(said.lines.back(), EndsWith("[sealgate 7Q2K-M4XD]"));
            for (const auto& alone : {said.lines.front(), said.lines.back()}) EXPECT_THAT(alone, StartsWith("not sent: "));
        }
}

TEST_F(Refusals, TakeOneLineAsLongAsEverythingFits) {
    for (std::size_t length = 1; length < 500; ++length) {
        begin();
        refuse({reason::no_key}, 1);
        made.recipients[0].who.local.assign(length, 'x');
        const auto said = reply();
        const auto whole = "not sent: tagged confidential, but there is no key for " + std::string(length, 'x') +
                           "@yahoo.com (unsecure). Ask them for their OpenPGP key, or use Signal or Jitsi instead. What is "
                           "encrypted here can also be read by vault@example.org. [sealgate 7Q2K-M4XD]";
        if (whole.size() <= 500)
            EXPECT_EQ(said.lines, std::vector{whole});
        else
            EXPECT_GT(said.lines.size(), 1u) << length;
    }
}

// What Postfix's bounce and many mail programs show: the last line.
TEST_F(Refusals, LastLineOfSeveralStandsOnItsOwn) {
    refuse({reason::no_key}, 30);
    EXPECT_THAT(reply().lines, SizeIs(testing::Gt(1u)));
    EXPECT_THAT(reply().lines.back(),
                AllOf(StartsWith("not sent: tagged confidential, but there is no key for person0@yahoo.com (unsecure), "),
                      HasSubstr(" others. Ask them for their OpenPGP keys, or use Signal or Jitsi instead.")));
    refuse({reason::key_expired, action::encrypt, key_state::expired}, 30);
    EXPECT_THAT(reply().lines.back(), AllOf(HasSubstr("there is no key for person0@"), HasSubstr("the keys of person30@"),
                                            HasSubstr(" others have expired. Ask them for new OpenPGP keys.")));
    for (const auto& [name, how] : kinds)
        if (how.why != reason::untagged) refuse(how, 5);
    EXPECT_THAT(reply().lines.back(),
                AllOf(HasSubstr(" and 25 others. Also: "),
                      HasSubstr(" others; your mail administrator's log names them all. [sealgate 7Q2K-M4XD]")));
}

TEST_F(Refusals, CodesSayPolicyUnlessKeysAloneAreInTheWay) {
    const auto code_of = [&](std::initializer_list<refused> all) {
        begin();
        for (const auto& one : all) refuse(one, 1);
        const auto said = reply();
        return std::to_string(said.code) + " " + said.enhanced;
    };
    const refused expired{reason::key_expired}, revoked{reason::key_revoked}, disabled{reason::key_disabled};
    const refused useless{reason::key_not_for_encryption}, weak{reason::key_weak}, missing{reason::no_key}, tier{reason::tier};
    for (const auto& one : {expired, revoked, disabled, useless, weak}) {
        EXPECT_EQ(code_of({one}), "550 5.7.5");
        EXPECT_EQ(code_of({one, expired}), "550 5.7.5");
        EXPECT_EQ(code_of({one, missing}), "550 5.7.1");
        EXPECT_EQ(code_of({tier, one}), "550 5.7.1");
    }
    EXPECT_EQ(code_of({missing}), "550 5.7.1");
    for (const auto too_much : {reason::too_large, reason::too_large_sealed, reason::too_many_copies})
        EXPECT_EQ(code_of({expired, {too_much}}), "552 5.3.4");
}

TEST_F(Refusals, TagsThatWouldHelpAReplyAreNamedAndNoOthers) {
    const auto said = [&](downgrade_action downgrade) {
        begin();
        rules.downgrade = downgrade;
        refuse({reason::no_key}, 1);
        answer(thread_sign::reference, thread_effect::inherited);
        return to_string(reply());
    };
    EXPECT_THAT(said(downgrade_action::warn), HasSubstr("If it is less sensitive, tag it [public] or [internal]."));
    EXPECT_THAT(said(downgrade_action::ignore), HasSubstr("If it is less sensitive"));
    EXPECT_THAT(said(downgrade_action::raise), Not(HasSubstr("If it is less sensitive")));
    EXPECT_THAT(said(downgrade_action::reject), Not(HasSubstr("If it is less sensitive")));
    rules.rules[1].cells.assign(rules.tiers.size(), action::reject);
    EXPECT_THAT(said(downgrade_action::warn), HasSubstr("If it is less sensitive, tag it [public]. What"));
    rules.rules[0].cells.assign(rules.tiers.size(), action::encrypt);
    EXPECT_THAT(said(downgrade_action::warn), Not(HasSubstr("If it is less sensitive")));
}

TEST_F(Refusals, NobodyIsSentIntoTheNextRefusal) {
    for (const auto& [name, how] : kinds) {
        begin();
        refuse(how, 1);
        const auto text = to_string(reply());
        const bool sealable = how.cell != action::require && how.key == key_state::usable;
        EXPECT_TRUE(sealable || !text.contains("unencrypted")) << name;
    }
    begin();
    known.brought = protection::smime;
    refuse({reason::unverifiable}, 1);
    EXPECT_THAT(to_string(reply()), HasSubstr("Ask them for their OpenPGP key, or use"))
        << "an OpenPGP key that was used is none of theirs";
}

TEST_F(Refusals, OneWhoIsNamedTwiceIsOne) {
    refuse({reason::no_key}, 1);
    made.recipients.push_back(made.recipients.front());
    EXPECT_THAT(reply().lines.front(), HasSubstr("no key for person0@yahoo.com (unsecure). Ask them"));
    EXPECT_THAT(to_string(reply()), HasSubstr("their OpenPGP key,"));
}

TEST_F(Refusals, WhoElseCanReadIsToldWhereTheGatewayWouldEncrypt) {
    const std::string told = "What is encrypted here can also be read by vault@example.org.";
    refuse({reason::no_key}, 1);
    EXPECT_THAT(to_string(reply()), HasSubstr(told));
    begin();
    refuse({reason::not_encrypted, action::require}, 1);
    EXPECT_THAT(to_string(reply()), Not(HasSubstr("vault")));
    rules.encryption.always_to.clear();
    begin();
    refuse({reason::no_key}, 1);
    EXPECT_THAT(to_string(reply()), Not(HasSubstr("What is encrypted here")));
}

TEST_F(Refusals, AStrangerLearnsNeitherTagsNorRecipients) {
    for (const auto& [name, how] : kinds) {
        begin();
        refuse(how, 2);
        known.heard_by = audience::stranger;
        const auto told = reply();
        const std::set too_large{reason::too_large, reason::too_large_sealed, reason::too_many_copies};
        EXPECT_EQ(told.code, too_large.contains(how.why) ? 552 : 550) << name;
        const auto said = to_string(told);
        EXPECT_THAT(
            said,
            HasSubstr("not sent on: your mail is forwarded from here, and the rules of Example Org do not let it go there."));
        EXPECT_THAT(said, EndsWith("[sealgate 7Q2K-M4XD]"));
        for (const auto* secret : {"person", "yahoo", "confiden", "internal", "public", "tag", "vault"})
            EXPECT_FALSE(text::icontains(said, secret)) << name << ": " << said;
    }
}

TEST_F(Refusals, AStrangerLearnsAsLittleOfWhatWaits) {
    for (const auto why : {reason::sealing_failed, reason::no_room, reason::organisation_key, reason::threads_unreadable,
                           reason::lookup_failed, reason::keys_unreadable, reason::internal_error}) {
        begin();
        refuse({reason::no_key}, 2);
        for (auto& one : made.recipients) {
            one.key.in_doubt = true;
            one.key.searched = key_search::failed;
        }
        made = deferred(made, why);
        known.heard_by = audience::stranger;
        const auto told = reply();
        EXPECT_EQ(told.code, why == reason::no_room ? 452 : 451) << name_of(why);
        const auto said = to_string(told);
        EXPECT_THAT(said, HasSubstr("not sent on yet: your mail is forwarded from here, and that cannot be done just now."));
        EXPECT_THAT(said, EndsWith("[sealgate 7Q2K-M4XD]"));
        for (const auto* secret : {"person", "yahoo", "key", "encrypt", "sensitive", "answers", "vault"})
            EXPECT_FALSE(text::icontains(said, secret)) << name_of(why) << ": " << said;
    }
}

} // namespace
} // namespace sealgate::policy
