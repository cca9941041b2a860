// What is said to a mail server, and what its answers mean for each recipient: every answer in turn is refused, put off, lost.
#include "milter/outbox/smtp_dialogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealgate::milter {

namespace {

using testing::ElementsAre;
using act = smtp_dialogue::act;

server_reply reply(unsigned code, std::vector<std::string> lines = {"said"}) {
    return {.code = code, .lines = std::move(lines)};
}

outgoing_mail mail_to(std::vector<std::string> addresses) {
    outgoing_mail mail;
    mail.sender = "ann@example.org";
    for (auto& address : addresses) mail.recipients.push_back({.address = std::move(address)});
    mail.message = "Subject: x\r\n\r\nbody\r\n";
    return mail;
}

struct played {
    std::vector<std::string> said; // by us
    handed_over result;
};

// The dialogue with these answers; the last one stands for all that follow. A server that speaks of nothing is lost.
played play(outgoing_mail mail, const std::vector<smtp_dialogue::answer>& answers) {
    smtp_dialogue dialogue(std::move(mail), "inet:127.0.0.1:25", "[127.0.0.1]");
    played out;
    for (std::size_t i = 0;; ++i) {
        const auto& answer = answers[std::min(i, answers.size() - 1)];
        auto next = dialogue.take(answer);
        if (next.what == act::finish) break;
        if (next.what == act::say) out.said.push_back(next.line);
        if (next.what == act::send_message) out.said.emplace_back(dialogue.final_dot());
    }
    out.result = dialogue.finish();
    return out;
}

const std::vector<smtp_dialogue::answer> all_is_well{reply(220), reply(250, {"mail.example.org", "SIZE 1000", "DSN"}),
                                                     reply(250), reply(250),
                                                     reply(354), reply(250, {"queued"})};

// As `all_is_well` with one answer changed.
std::vector<smtp_dialogue::answer> but(std::size_t at, smtp_dialogue::answer answer) {
    auto out = all_is_well;
    out[at] = std::move(answer);
    return out;
}

TEST(SmtpDialogue, SaysWhatTheStandardWants) {
    const auto done = play(mail_to({"bob@partner.example"}), all_is_well);
    EXPECT_THAT(done.said, ElementsAre("EHLO [127.0.0.1]", "MAIL FROM:<ann@example.org> SIZE=20",
                                       "RCPT TO:<bob@partner.example>", "DATA", ".\r\n"));
    EXPECT_TRUE(done.result.reached);
    EXPECT_FALSE(done.result.unclear);
    EXPECT_EQ(done.result.recipients[0].what, fate::taken);
    EXPECT_EQ(done.result.recipients[0].reply, "250 queued");
}

TEST(SmtpDialogue, EachAnswerThatIsLostLetsTheRecipientWait) {
    for (std::size_t at = 0; at < all_is_well.size(); ++at) {
        const auto done = play(mail_to({"bob@partner.example"}), but(at, std::unexpected("closed")));
        EXPECT_EQ(done.result.recipients[0].what, fate::waits) << at;
        EXPECT_THAT(done.result.recipients[0].reply, testing::HasSubstr("closed")) << at;
        EXPECT_EQ(done.result.reached, at > 1) << at;
        EXPECT_EQ(done.result.unclear, at == 5) << at; // behind the final dot the server may have it
    }
}

TEST(SmtpDialogue, EachRefusalButThoseOfTheServerItselfIsTheRecipients) {
    for (std::size_t at = 0; at < all_is_well.size(); ++at) {
        const auto done = play(mail_to({"bob@partner.example"}), but(at, reply(554, {"no"})));
        EXPECT_EQ(done.result.recipients[0].what, at > 1 ? fate::refused : fate::waits) << at;
        EXPECT_FALSE(done.result.unclear) << at;
    }
}

TEST(SmtpDialogue, WhatIsPutOffWaits) {
    for (std::size_t at = 0; at < all_is_well.size(); ++at)
        EXPECT_EQ(play(mail_to({"bob@partner.example"}), but(at, reply(451))).result.recipients[0].what, fate::waits) << at;
}

TEST(SmtpDialogue, NothingIsTakenBeforeTheFinalDot) {
    // "250" where 354 is due: the server has not seen a message.
    EXPECT_EQ(play(mail_to({"bob@partner.example"}), but(4, reply(250))).result.recipients[0].what, fate::waits);
}

TEST(SmtpDialogue, EachRecipientHasAFateOfItsOwn) {
    const auto done = play(mail_to({"bob@partner.example", "carl@partner.example", "eve@partner.example"}),
                           {reply(220), reply(250, {"x"}), reply(250), reply(250), reply(550, {"unknown"}),
                            reply(552, {"too many"}), reply(354), reply(250, {"queued"})});
    EXPECT_EQ(done.result.recipients[0].what, fate::taken);
    EXPECT_EQ(done.result.recipients[1].what, fate::refused);
    EXPECT_EQ(done.result.recipients[2].what, fate::waits); // 552 to RCPT: RFC 5321 section 4.5.3.1.10
}

TEST(SmtpDialogue, AServerThatClosesInTheMiddleHasRefusedNobody) {
    const auto done = play(mail_to({"bob@partner.example", "carl@partner.example"}),
                           {reply(220), reply(250, {"x"}), reply(250), reply(250), reply(421, {"closing"})});
    EXPECT_EQ(done.result.recipients[0].what, fate::waits);
    EXPECT_EQ(done.result.recipients[1].what, fate::waits);
    EXPECT_EQ(done.said.back(), "RCPT TO:<carl@partner.example>");
}

TEST(SmtpDialogue, AnAddressThatCannotBeSaidIsRefusedWithoutBeingSaid) {
    const auto done = play(mail_to({"bob@x>\r\nDATA", "jürgen@partner.example"}), all_is_well);
    EXPECT_THAT(done.said, ElementsAre("EHLO [127.0.0.1]", "MAIL FROM:<ann@example.org> SIZE=20"));
    EXPECT_EQ(done.result.recipients[0].what, fate::refused);
    EXPECT_EQ(done.result.recipients[1].what, fate::refused); // no SMTPUTF8
}

TEST(SmtpDialogue, WithoutRecipientsItEndsWithTheServersIntroduction) {
    smtp_dialogue dialogue({}, "inet:127.0.0.1:25", "[127.0.0.1]");
    EXPECT_EQ(dialogue.take(reply(220)).line, "EHLO [127.0.0.1]");
    EXPECT_EQ(dialogue.take(reply(250, {"x", "size 52428800"})).what, act::finish);
    EXPECT_EQ(dialogue.size_limit(), 52428800U);
    EXPECT_EQ(dialogue.problem(), "");
    smtp_dialogue closed({}, "inet:127.0.0.1:25", "[127.0.0.1]");
    EXPECT_EQ(closed.take(reply(554, {"go away"})).what, act::finish);
    EXPECT_EQ(closed.problem(), "inet:127.0.0.1:25 greets with 554 go away");
}

} // namespace

} // namespace sealgate::milter
