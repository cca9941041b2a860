// The milter conversation as a value: every event in and out of order, cut anywhere.
#include "milter/protocol/session.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

using namespace test;

// Milter reference 1.6, byte for byte: what Postfix 3.7 sends for one mail of a client that logged in.
const std::string transcript = "\0\0\0\x0DO\0\0\0\x06\0\0\x01\xFF\0\x1F\xFF\xFF"
                               "\0\0\0\x2C"
                               "DCj\0mail.example\0{daemon_name}\0mail.example\0"
                               "\0\0\0\x1D"
                               "Cclient.example\0"
                               "4\xC4\xD2"
                               "192.0.2.7\0"
                               "\0\0\0\x02"
                               "DH"
                               "\0\0\0\x10Hclient.example\0"
                               "\0\0\0\x31"
                               "DM{auth_authen}\0ann\0{mail_addr}\0ann@corp.example\0"
                               "\0\0\0\x1DM<ann@corp.example>\0SIZE=812\0"
                               "\0\0\0\x22"
                               "DR{rcpt_addr}\0bob@partner.example\0"
                               "\0\0\0\x17R<bob@partner.example>\0"
                               "\0\0\0\x0A"
                               "DTi\0"
                               "4XyZ1\0"
                               "\0\0\0\x0A"
                               "DLi\0"
                               "4XyZ1\0"
                               "\0\0\0\x1BLSubject\0 [CONFIDENTIAL] x\0"
                               "\0\0\0\x01N"
                               "\0\0\0\x08"
                               "Bhello\r\n"
                               "\0\0\0\x0A"
                               "DEi\0"
                               "4XyZ1\0"
                               "\0\0\0\x01"
                               "E\0\0\0\x01"
                               "A\0\0\0\x01"
                               "A\0\0\0\x01Q"s;

void expect_transcript_mail(const conversation& talk) {
    EXPECT_EQ(talk.error, "");
    EXPECT_TRUE(talk.closed);
    ASSERT_EQ(talk.decisions.size(), 1U);
    const auto& got = talk.decisions[0];
    EXPECT_EQ(got.client, (connected_client{"client.example", "192.0.2.7"}));
    EXPECT_EQ(got.auth_user, "ann");
    EXPECT_EQ(got.queue_id, "4XyZ1");
    EXPECT_EQ(got.sender.spelled, "ann@corp.example");
    ASSERT_EQ(got.recipients.size(), 1U);
    EXPECT_EQ(got.recipients[0].spelled, "bob@partner.example");
    EXPECT_FALSE(got.deletions_may_miss);
    EXPECT_FALSE(got.handed_in_locally);
    EXPECT_EQ(got.dsn, dsn_of_mail{});
    EXPECT_EQ(got.recipients_dsn, std::vector(1, dsn_of_recipient{}));
    EXPECT_EQ(got.mail, (policy::message{{{"Subject", " [CONFIDENTIAL] x"}}, "hello\r\n"}));
    EXPECT_EQ(got.size, policy::size_of(got.mail));
    EXPECT_FALSE(got.truncated);
    // One answer to the negotiation, one to the end of the message, nothing else.
    EXPECT_EQ(talk.sent, negotiation_reply(talk.talk.agreed()) + packet('a'));
}

TEST(Session, PostfixTranscriptBecomesOneTransaction) { expect_transcript_mail(said(transcript)); }

TEST(Session, TranscriptByteByByteIsTheSame) {
    conversation talk;
    for (const char c : transcript) talk.say({&c, 1});
    expect_transcript_mail(talk);
}

TEST(Session, TranscriptCutAnywhereIsNoDecisionAndNoError) {
    const auto end = transcript.size() - 15; // behind E
    for (std::size_t length = 0; length < end; ++length) {
        const auto talk = said(std::string_view(transcript).substr(0, length));
        EXPECT_EQ(talk.error, "") << length;
        EXPECT_TRUE(talk.decisions.empty()) << length;
    }
}

TEST(Session, EventsWithoutWaivedReplyGetContinue) {
    for (std::uint32_t version = 2; version <= 6; ++version) {
        const auto talk = said(offered(version, 0x3F, 0) + connected() + packet('H', strings({"client.example"})) +
                               whole_mail() + packet('A') + packet('U', strings({"XYZZY"})) + packet('Q'));
        EXPECT_EQ(talk.error, "");
        ASSERT_EQ(talk.decisions.size(), 1U) << version;
        std::string expected = negotiation_reply({.version = version, .actions = 0x3F});
        for (int i = 0; i < 9; ++i) expected += packet('c'); // C H M R L L N B B
        EXPECT_EQ(talk.sent, expected + packet('a') + packet('c')) << version;
    }
}

TEST(Session, OnlyTheEventsOfTheOldBitGetNoReplyInVersion2) {
    const auto talk = said(offered(2, 0x3F, 0xFF) + connected() + whole_mail());
    std::string expected = negotiation_reply({.version = 2, .actions = 0x3F, .protocol = 0x80});
    for (int i = 0; i < 6; ++i) expected += packet('c'); // C M R N B B
    EXPECT_EQ(talk.sent, expected + packet('a'));
}

TEST(Session, LeadingSpaceComesBackWhereTheServerTookIt) {
    const auto fields = header("Subject", "plain") + header("X-Tab", "\ttab") + header("X-Empty", "") + packet('N');
    const auto talk = said(offered(4, 0x3F, 0) + connected() + login() + mail("<a@b.example>") + rcpt("<c@d.example>") +
                           fields + packet('E'));
    ASSERT_EQ(talk.decisions.size(), 1U);
    const std::vector<policy::header_field> expected{{"Subject", " plain"}, {"X-Tab", " \ttab"}, {"X-Empty", " "}};
    EXPECT_EQ(talk.decisions[0].mail.fields, expected);
    EXPECT_EQ(talk.decisions[0].size, policy::size_of(talk.decisions[0].mail));
}

// What is told of the threads of mails that pass, for these frames behind CONNECT.
std::vector<policy::message> passed_in(const std::string& frames, bool outgoing = false) {
    std::vector<policy::message> passed;
    session talk(
        {.max_message_size = 1000,
         .direction_of = [=](const auto&, auto, const auto&) { return outgoing ? direction::outgoing : direction::incoming; },
         .is_outside = [](const auto&) { return true; },
         .thread_seen = [&](const policy::message& header) { passed.push_back(header); }});
    const auto octets = offered() + connected() + frames;
    frame_reader reader;
    reader.feed(octets);
    while (const auto next = reader.next().value()) EXPECT_TRUE(talk.take(*next));
    return passed;
}

TEST(Session, OfMailThatPassesTheThreadIsTold) {
    const auto envelope = mail("<bob@partner.example>") + rcpt("<ann@example.org>");
    const auto reply = envelope + header("Subject", " Re: x") + header("Message-ID", " <2@partner.example>") +
                       header("In-Reply-To", " <1@example.org>") + header("references", " <0@a>\n <1@example.org>") +
                       packet('N');
    const policy::message told{.fields = {{"Message-ID", " <2@partner.example>"},
                                          {"In-Reply-To", " <1@example.org>"},
                                          {"references", " <0@a>\n <1@example.org>"}},
                               .body = {}};
    EXPECT_EQ(passed_in(reply), std::vector{told}) << "at the end of the header, before the body";
    EXPECT_TRUE(passed_in(reply, true).empty());
    const auto nothing = envelope + header("Subject", " x") + packet('N') + packet('E');
    EXPECT_TRUE(passed_in(nothing).empty());
    EXPECT_EQ(passed_in(envelope + header("Message-ID", " <9@a>") + packet('A') + reply), std::vector{told}) << "aborted";
    const auto long_one =
        envelope + header("Message-ID", " <1@a>") + header("References", std::string(100'000, ' ')) + packet('N');
    EXPECT_EQ(passed_in(long_one).front().fields.size(), 1U);
}

TEST(Session, MailThatIsNotOutgoingPasses) {
    const auto talk = said(introduction() + mail("<ann@corp.example>") + rcpt("<b@c.example>") + content());
    EXPECT_EQ(talk.error, "");
    EXPECT_TRUE(talk.decisions.empty());
    EXPECT_TRUE(talk.sent.ends_with(packet('a')));
}

TEST(Session, NullSenderOfAStrangerPassesInBothSpellings) {
    for (const auto* const path : {"<>", ""}) {
        const auto talk = said(introduction() + mail(path) + rcpt("<b@own.example>") + content());
        EXPECT_EQ(talk.error, "");
        EXPECT_TRUE(talk.decisions.empty());
        EXPECT_TRUE(talk.sent.ends_with(packet('a')));
    }
}

TEST(Session, OfASenderOfOursTheRecipientsSayWhetherItIsOutgoing) {
    const auto from_us = introduction() + mail("<ann@own.example>");
    const auto inside = said(from_us + rcpt("<max@own.example>") + content());
    EXPECT_TRUE(inside.decisions.empty());
    EXPECT_TRUE(inside.sent.ends_with(packet('a')));
    EXPECT_TRUE(inside.passed->empty());
    const auto outside =
        said(from_us + rcpt("<max@own.example>") + rcpt("<b@c.example>") + rcpt("<tom@own.example>") + content());
    ASSERT_EQ(outside.decisions.size(), 1U);
    EXPECT_EQ(outside.decisions[0].recipients.size(), 3U);
    EXPECT_EQ(outside.decisions[0].mail.body, "line one\r\nline two\r\n");
    const auto without_a_field = said(from_us + rcpt("<max@own.example>") + packet('N') + packet('E'));
    EXPECT_TRUE(without_a_field.decisions.empty());
    const auto again =
        said(from_us + rcpt("<b@c.example>") + packet('A') + mail("<ann@own.example>") + rcpt("<max@own.example>") + content());
    EXPECT_TRUE(again.decisions.empty()) << "another mail's recipient";
}

TEST(Session, WhatGoesOutUndecidedIsTold) {
    const auto end = macros('E', {"i", "4XyZ1"});
    const auto talk = said(introduction() + mail("<eve@c.example>") + rcpt("<max@own.example>") + content() +
                           mail("<eve@c.example>") + rcpt("<max@own.example>") + rcpt("<b@c.example>") + packet('N') + end +
                           packet('E') + mail("<eve@c.example>") + rcpt("<b@c.example>") + packet('A'));
    EXPECT_EQ(talk.error, "");
    EXPECT_EQ(*talk.passed, std::vector<std::string>{"192.0.2.7 4XyZ1"});
}

TEST(Session, LocalSubmissionHasNoBracketsAndOneArgument) {
    const auto talk =
        said(offered() + connected("127.0.0.1") + packet('H', strings({"localhost"})) + macros('M', {"i", "4AbC"}) +
             packet('M', strings({"ann@corp.example"})) + rcpt("Bob@partner.example") + content() + packet('Q'));
    ASSERT_EQ(talk.decisions.size(), 1U);
    EXPECT_EQ(talk.decisions[0].sender.spelled, "ann@corp.example");
    EXPECT_EQ(talk.decisions[0].recipients.at(0).spelled, "Bob@partner.example");
    EXPECT_TRUE(talk.decisions[0].deletions_may_miss);
    EXPECT_TRUE(talk.decisions[0].handed_in_locally);
    EXPECT_EQ(talk.decisions[0].queue_id, "4AbC"); // from an earlier stage
    EXPECT_EQ(talk.decisions[0].auth_user, "");
}

struct client_case {
    std::string payload;
    connected_client expected;
};

TEST(Session, ClientOfEveryFamilyIsRead) {
    const std::vector<client_case> cases{
        {"mx.example\0004\0\031192.0.2.1\0"s, {"mx.example", "192.0.2.1"}},
        {"mx.example\0006\0\0312001:db8::1\0"s, {"mx.example", "2001:db8::1"}},
        {"mx.example\0006\0\031IPv6:2001:db8::1\0"s, {"mx.example", "2001:db8::1"}},
        {"localhost\0L\0\0/run/socket\0"s, {"localhost", ""}},
        {"unknown\0U"s, {"unknown", ""}},
    };
    for (const auto& [payload, expected] : cases) {
        const auto talk = said(offered() + packet('C', payload) + whole_mail());
        ASSERT_EQ(talk.decisions.size(), 1U) << expected.name << talk.error;
        EXPECT_EQ(talk.decisions[0].client, expected);
    }
}

TEST(Session, SeveralMailsShareAConnection) {
    const auto second =
        login() + mail("<ann@corp.example>") + rcpt("<x@y.example>") + rcpt("<z@y.example>") + packet('N') + packet('E');
    const auto talk =
        said(introduction() + whole_mail() + packet('A') + second + packet('A') + packet('A') + whole_mail() + packet('Q'));
    EXPECT_EQ(talk.error, "");
    ASSERT_EQ(talk.decisions.size(), 3U);
    EXPECT_EQ(talk.decisions[1].recipients.size(), 2U);
    EXPECT_TRUE(talk.decisions[1].mail.fields.empty());
    EXPECT_EQ(talk.decisions[1].size, 2U);
    EXPECT_EQ(talk.decisions[2].mail, talk.decisions[0].mail);
}

TEST(Session, AbortAtAnyPointForgetsTheMail) {
    const std::vector<std::string> events{login(),
                                          mail("<old@corp.example>"),
                                          rcpt("<old@partner.example>"),
                                          macros('T', {"i", "OLD"}),
                                          packet('T'),
                                          macros('E', {"i", "OLD"}),
                                          header("Old", " field"),
                                          packet('N'),
                                          packet('B', "old body")};
    std::string before = introduction();
    for (const auto& event : events) {
        before += event;
        const auto talk = said(before + packet('A') + packet('A') + whole_mail());
        EXPECT_EQ(talk.error, "");
        ASSERT_EQ(talk.decisions.size(), 1U);
        EXPECT_EQ(talk.decisions[0].sender.spelled, "ann@corp.example");
        EXPECT_EQ(talk.decisions[0].recipients.size(), 1U);
        EXPECT_EQ(talk.decisions[0].mail.fields.size(), 2U);
        EXPECT_EQ(talk.decisions[0].mail.body, "line one\r\nline two\r\n");
        EXPECT_EQ(talk.decisions[0].queue_id, "");
    }
}

TEST(Session, LoginOfOneMailIsNotTheNextOnes) {
    const auto talk = said(introduction() + whole_mail() + mail("<eve@corp.example>") + rcpt("<b@c.example>") + content());
    EXPECT_EQ(talk.error, "");
    EXPECT_EQ(talk.decisions.size(), 1U);
}

TEST(Session, MailAgainStartsAnew) {
    const auto talk = said(introduction() + login() + mail("<first@corp.example>") + rcpt("<one@c.example>") + login() +
                           mail("<second@corp.example>") + rcpt("<two@c.example>") + content());
    ASSERT_EQ(talk.decisions.size(), 1U);
    EXPECT_EQ(talk.decisions[0].sender.spelled, "second@corp.example");
    ASSERT_EQ(talk.decisions[0].recipients.size(), 1U);
    EXPECT_EQ(talk.decisions[0].recipients[0].spelled, "two@c.example");
}

// Whether it is a report is for others to see.
TEST(Session, NullSenderOfWhoeverMaySendOutwardsIsCollected) {
    for (const auto& begin : {introduction() + login(), offered() + connected("127.0.0.1")}) {
        const auto talk = said(begin + mail("<>") + rcpt("<b@c.example>") + content());
        ASSERT_EQ(talk.decisions.size(), 1U);
        EXPECT_TRUE(talk.decisions[0].sender.is_null());
    }
}

TEST(Session, StrangersMailAfterOneOfOursThatWasNotSentPasses) {
    const auto talk = said(introduction() + mail("<first@own.example>") + rcpt("<one@c.example>") + mail("<>") +
                           rcpt("<two@own.example>") + content());
    EXPECT_EQ(talk.error, "");
    EXPECT_TRUE(talk.decisions.empty());
    EXPECT_TRUE(talk.passed->empty());
    EXPECT_TRUE(talk.sent.ends_with(packet('a')));
}

TEST(Session, HeloMayComeAgain) {
    const auto helo = packet('H', strings({"client.example"}));
    const auto talk = said(introduction() + macros('H', {"{tls_version}", "TLSv1.3"}) + helo + login() +
                           mail("<ann@corp.example>") + helo + packet('A') + packet('A') + whole_mail());
    EXPECT_EQ(talk.error, "");
    EXPECT_EQ(talk.decisions.size(), 1U);
}

TEST(Session, QuitForANewConnectionForgetsTheClient) {
    const auto talk =
        said(offered() + connected("127.0.0.1") + macros('C', {"{auth_authen}", "ann"}) + mail("<ann@corp.example>") +
             packet('K') + connected("203.0.113.9") + mail("<ann@corp.example>") + rcpt("<b@c.example>") + content());
    EXPECT_EQ(talk.error, "");
    EXPECT_TRUE(talk.decisions.empty());
    EXPECT_EQ(said(offered() + connected() + packet('K') + mail("<a@b.example>")).error, "MAIL before CONNECT");
}

TEST(Session, MacrosMayBeEmptyAndComeForEventsThatDoNot) {
    const auto talk = said(offered() + macros('C', {}) + connected() + macros('H', {}) + macros('U', {"i", "x"}) +
                           macros('M', {"auth_authen", "ann"}) + mail("<ann@corp.example>") + macros('R', {}) +
                           rcpt("<b@c.example>") + macros('T', {}) + macros('L', {}) + content());
    EXPECT_EQ(talk.error, "");
    ASSERT_EQ(talk.decisions.size(), 1U);
    EXPECT_EQ(talk.decisions[0].auth_user, "ann"); // without braces, too
    EXPECT_EQ(talk.decisions[0].queue_id, "");
}

frame event(char letter, std::string_view payload = {}) { return {*command_of(letter), payload}; }

// A session that waits for our answer.
session deciding() {
    session talk({.max_message_size = 1000,
                  .direction_of = [](const auto&, auto, const auto&) { return direction::outgoing; },
                  .is_outside = [](const auto&) { return true; }});
    const auto stream = introduction() + whole_mail();
    frame_reader reader;
    reader.feed(stream);
    for (auto next = reader.next(); next && *next; next = reader.next())
        if (!talk.take(**next)) ADD_FAILURE() << "the introduction was refused";
    return talk;
}

TEST(Session, OnlyAbortAndQuitMayComeWhileOurAnswerIsDue) {
    for (const char letter : "ODCHMRTLNBEU"s) {
        auto talk = deciding();
        EXPECT_TRUE(talk.answer_due());
        const auto refused = talk.take(event(letter));
        ASSERT_FALSE(refused) << letter;
        EXPECT_EQ(refused.error().what, std::string(name_of(*command_of(letter))) + " while our answer is due");
    }
    for (const char letter : "AQK"s) {
        auto talk = deciding();
        EXPECT_TRUE(talk.take(event(letter))) << letter;
        EXPECT_FALSE(talk.answer_due());
    }
}

TEST(Session, AnswerAfterAnAbortChangesNothing) {
    auto talk = deciding();
    ASSERT_TRUE(talk.take(event('A')));
    ASSERT_TRUE(talk.take(event('M', "<a@b.example>\0"s)));
    talk.answered();
    EXPECT_TRUE(talk.take(event('R', "<a@b.example>\0"s)));
}

TEST(Session, QuitHangsUpAtAnyPoint) {
    EXPECT_TRUE(said(packet('Q')).closed);
    EXPECT_TRUE(said(offered() + packet('Q')).closed);
    EXPECT_TRUE(said(introduction() + login() + mail("<a@b.example>") + packet('Q')).closed);
}

} // namespace
} // namespace sealgate::milter
