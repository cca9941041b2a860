// What root permits, as a file: read back as it was, checked, and claimed once.
#include "keys/base/file_batch.hpp"
#include "keys/base/files.hpp"
#include "milter/held/permit.hpp"
#include "milter/held/permits.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

held_permit usual_permit() {
    return {.token = "0123456789abcdef0123456789abcdef",
            .queue_id = "C92CCAA8137",
            .arrival = 1795993955,
            .decision = "7Q2K-M4XD",
            .as = "confidential",
            .user = "ann as root",
            .login = true,
            .sender = "ann@example.org",
            .recipients = 2,
            .envelope =
                envelope_digest({policy::parse_address("max@example.org"), policy::parse_address("\"a b\"@example.org")}),
            .named = {"max@example.org", "\"a b\"@example.org"},
            .content = "c0",
            .begun = wall_time(std::chrono::seconds(1795993960))};
}

TEST(Permit, ComesBackAsItWas) { EXPECT_EQ(parse_permit(to_text(usual_permit())), usual_permit()); }

TEST(Permit, OfAProbeSaysSo) {
    auto probe = usual_permit();
    probe.probe = true;
    EXPECT_EQ(parse_permit(to_text(probe)), probe);
    auto text = to_text(probe);
    text.replace(text.rfind("true"), 4, "\"no\"");
    EXPECT_FALSE(parse_permit(text));
}

TEST(Permit, OfAnotherFormIsNone) {
    const auto text = to_text(usual_permit());
    for (std::size_t i = 0; i < text.size() - 2; ++i) EXPECT_FALSE(parse_permit(text.substr(0, i))) << i;
    auto other = usual_permit();
    other.token = "../../etc/passwd";
    EXPECT_FALSE(parse_permit(to_text(other)));
    other = usual_permit();
    other.queue_id = "-d ALL";
    EXPECT_FALSE(parse_permit(to_text(other)));
    EXPECT_FALSE(parse_permit("{\"token\": 5}"));
    const auto said = parse_permit("no permit").error();
    EXPECT_EQ(said.find_first_of("[/"), said.npos) << "a library's source: " << said;
}

TEST(PermitTaken, ComesBackAsItWas) {
    const permit_taken taken{.decision = "7Q2K-M4XD", .queue_id = "4XyZ", .in_copies = false, .time = wall_time()};
    EXPECT_EQ(parse_taken(to_text(taken)), taken);
    EXPECT_FALSE(parse_taken(to_text(permit_taken{.decision = "7Q2K-M4XD", .queue_id = "a b"})));
}

TEST(EnvelopeDigest, IsOfWhoTheyAre) {
    const auto of = [](std::initializer_list<const char*> who) {
        std::vector<policy::address> out;
        for (const auto* one : who) out.push_back(policy::parse_address(one));
        return envelope_digest(out);
    };
    EXPECT_EQ(of({"max@example.org", "eve@Example.ORG"}), of({"eve@example.org", "max@example.org"}));
    EXPECT_NE(of({"max@example.org"}), of({"max@example.org", "max@example.org"}));
    EXPECT_NE(of({"max@example.org"}), of({"eve@example.org"}));
}

TEST(ContentDigest, IsTheSameWhateverTheLineEndsAreAndWhateverAServerAdds) {
    const auto stored = policy::parse_message("Received: by x\nSubject: a\n b\nTo: x\n\nbody\n\nend\n");
    const auto again = policy::parse_message("Received: by y\r\nReceived: by x\r\nSubject: a\r\n b\r\n\r\nbody\r\n\r\nend");
    EXPECT_EQ(content_digest(stored), content_digest(again));
    EXPECT_NE(content_digest(stored), content_digest(policy::parse_message("Subject: a\n b\n\nbody\nend\n")));
    EXPECT_NE(content_digest(stored), content_digest(policy::parse_message("Subject: a\n c\n\nbody\n\nend\n")));
    EXPECT_NE(content_digest(policy::parse_message("Subject: a\n\nb")), content_digest(policy::parse_message("\na\n\nb")));
}

class Permits : public testing::Test {
protected:
    std::vector<begun_permit> begun() {
        std::vector<std::string> problems;
        auto out = permits.begun(problems);
        EXPECT_TRUE(problems.empty());
        return out;
    }
    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    held_permits permits{scratch.path() / "held"};
    std::unique_ptr<keys::file_lock> lock = permits.lock();
    const std::string token = usual_permit().token;
};

TEST_F(Permits, AreClaimedOnceAndUsedOnce) {
    permits.write({usual_permit()}, begun_permit::purpose::release);
    EXPECT_FALSE(permits.is_claimed(token));
    EXPECT_FALSE(permits.use(token)) << "nobody said its token";
    permits.claim(token);
    EXPECT_TRUE(permits.is_claimed(token));
    permits.claim(token);
    EXPECT_EQ(permits.use(token), usual_permit());
    EXPECT_FALSE(permits.use(token));
}

TEST_F(Permits, WhatNobodyPermittedIsNotClaimed) {
    permits.write({usual_permit()}, begun_permit::purpose::refusal);
    permits.claim(token);
    permits.claim("ffffffffffffffffffffffffffffffff");
    permits.claim("../held/0123456789abcdef");
    EXPECT_FALSE(permits.use(token)) << "a refusal lets nothing go";
    EXPECT_FALSE(permits.use("ffffffffffffffffffffffffffffffff"));
}

TEST_F(Permits, SayHowFarItWent) {
    permits.write({usual_permit()}, begun_permit::purpose::release);
    ASSERT_EQ(begun().size(), 1U);
    EXPECT_FALSE(begun()[0].is_claimed);
    permits.claim(token);
    EXPECT_TRUE(begun()[0].is_claimed);
    const permit_taken taken{.decision = "7Q2K-M4XD", .queue_id = "4XyZ", .time = wall_time()};
    permits.take(token, taken);
    EXPECT_EQ(begun()[0].taken, taken);
    EXPECT_FALSE(begun()[0].is_accepted || begun()[0].is_replaced || begun()[0].is_noted);
    permits.mark({token}, permit_mark::accepted);
    EXPECT_TRUE(begun()[0].is_accepted);
    permits.mark({token}, permit_mark::replaced);
    permits.mark({token}, permit_mark::noted);
    EXPECT_TRUE(begun()[0].is_replaced && begun()[0].is_noted);
    permits.retract(token);
    EXPECT_FALSE(begun()[0].is_accepted || begun()[0].is_replaced);
    EXPECT_TRUE(begun()[0].is_noted);
    permits.forget({token});
    EXPECT_TRUE(begun().empty());
}

TEST_F(Permits, WhatAForgettingThatWasKilledHasLeftGoesWithTheNextLock) {
    permits.mark({token}, permit_mark::accepted);
    keys::replace_file(permits.directory() / (token + ".taken"),
                       to_text(permit_taken{.decision = "7Q2K-M4XD", .queue_id = "4XyZ", .time = wall_time()}));
    EXPECT_TRUE(begun().empty());
    const held_permits next(permits.directory());
    lock.reset();
    lock = next.lock();
    EXPECT_FALSE(permits.taken(token));
}

TEST_F(Permits, WhatWasNeverWrittenToItsEndGoesWithTheRest) {
    using keys::file_batch;
    const auto left = [&](const std::string& whose, const char* kind) {
        const auto file = file_batch::unfinished(permits.directory() / (whose + kind));
        keys::replace_file(file, "{\"tok");
        return file;
    };
    permits.write({usual_permit()}, begun_permit::purpose::release);
    const auto accepted = left(token, ".accepted");
    permits.forget({token});
    EXPECT_FALSE(std::filesystem::exists(accepted));
    const auto permit = left("ffffffffffffffffffffffffffffffff", ".permit");
    const held_permits next(permits.directory());
    lock.reset();
    lock = next.lock();
    EXPECT_FALSE(std::filesystem::exists(permit));
}

TEST_F(Permits, OfMailToManyThousandsAreReadBackAll) {
    auto many = usual_permit();
    const std::vector<policy::address> who(100'000, policy::parse_address("somebody-with-a-long-name@partner.example"));
    many.recipients = who.size();
    many.envelope = envelope_digest(who);
    permits.write({many}, begun_permit::purpose::release);
    ASSERT_EQ(begun().size(), 1U);
    EXPECT_EQ(begun()[0].permit, many);
    EXPECT_LT(std::filesystem::file_size(permits.directory() / (token + ".permit")), 4096U);
}

TEST_F(Permits, OneFileThatCannotBeReadStopsNoOther) {
    permits.write({usual_permit()}, begun_permit::purpose::release);
    const std::string other = "ffffffffffffffffffffffffffffffff", third = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
    keys::replace_file(permits.directory() / (other + ".permit"), std::string(3 << 20, ' ')); // larger than any
    auto begun_too = usual_permit();
    begun_too.token = third;
    permits.write({begun_too}, begun_permit::purpose::release);
    permits.claim(third);
    keys::replace_file(permits.directory() / (third + ".taken"), "nonsense");
    std::vector<std::string> problems;
    const auto all = permits.begun(problems);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(problems.size(), 2U);
    for (const auto& one : all) EXPECT_EQ(one.is_unreadable, one.permit.token == third);
}

TEST_F(Permits, ThatWereForgottenOrAbandonedLetNothingGo) {
    const permit_taken taken{.decision = "7Q2K-M4XD", .queue_id = "4XyZ", .time = wall_time()};
    permits.write({usual_permit()}, begun_permit::purpose::release);
    EXPECT_TRUE(permits.claim(token));
    EXPECT_FALSE(permits.claim(token));
    permits.abandon(token);
    EXPECT_FALSE(permits.use(token)) << "its mail did not come";
    permits.write({usual_permit()}, begun_permit::purpose::release);
    permits.claim(token);
    permits.forget({token});
    EXPECT_FALSE(permits.use(token)) << "another process forgot it";
    EXPECT_THROW(permits.take(token, taken), std::runtime_error);
    EXPECT_THROW(permits.owe(token), std::runtime_error);
    EXPECT_FALSE(permits.taken(token));
}

TEST_F(Permits, OfCopiesThatAreOwedSayThatPartOfItHasLeft) {
    permits.write({usual_permit()}, begun_permit::purpose::release);
    permits.claim(token);
    EXPECT_FALSE(begun()[0].has_left_in_part());
    permits.owe(token);
    EXPECT_TRUE(begun()[0].has_left_in_part());
    auto again = usual_permit();
    again.has_left_in_part = true;
    EXPECT_EQ(parse_permit(to_text(again)), again);
}

TEST_F(Permits, AFileThatIsNoneIsNamedAndLeftAlone) {
    keys::replace_file(permits.directory() / (token + ".permit"), "nonsense");
    std::vector<std::string> problems;
    EXPECT_TRUE(permits.begun(problems).empty());
    EXPECT_EQ(problems.size(), 1U);
    permits.claim(token);
    EXPECT_FALSE(permits.use(token));
}

} // namespace
} // namespace sealgate::milter
