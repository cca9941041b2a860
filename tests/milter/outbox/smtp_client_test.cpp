// The SMTP client against a server that does what each test needs.
#include "milter/outbox/smtp_client.hpp"
#include "tests/milter/outbox/scripted_server.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string plain = "Subject: x\r\n\r\nbody\r\n";

class SmtpClient : public testing::Test {
protected:
    handed_over send(std::vector<std::string> recipients, std::string message = plain, std::string sender = "ann@example.org") {
        outgoing_mail mail{.sender = std::move(sender), .recipients = {}, .message = std::move(message), .dsn = wanted};
        for (auto& one : recipients) mail.recipients.push_back({.address = std::move(one), .dsn = wanted_of_recipients});
        auto about_to_end = [this](std::vector<std::size_t> accepted) -> asio::awaitable<void> {
            if (fails_before_the_end) throw std::runtime_error("the disk is full");
            begun = accepted;
            co_return;
        };
        std::optional<handed_over> result;
        asio::co_spawn(io, hand_over(server.where(), std::move(mail), deadlines, about_to_end),
                       [&](const std::exception_ptr& problem, handed_over said) {
                           EXPECT_FALSE(problem);
                           result = std::move(said);
                       });
        while (!result) io.run_one();
        return *result;
    }

    // What is said after the result is there.
    std::string last_command() {
        while (server.commands.back() != "QUIT" && io.run_one_for(deadlines.step) > 0) {
        }
        return server.commands.back();
    }

    asio::io_context io;
    test::scripted_server server{io};
    smtp_deadlines deadlines{.step = 20s, .end_of_message = 20s};
    std::optional<std::vector<std::size_t>> begun;
    bool fails_before_the_end = false;
    dsn_of_mail wanted;
    dsn_of_recipient wanted_of_recipients;
};

class SizeLimit : public SmtpClient {
protected:
    template <class T>
    T wait_for(asio::awaitable<T> what) {
        std::optional<T> out;
        asio::co_spawn(io, std::move(what), [&](const std::exception_ptr& problem, T said) {
            EXPECT_FALSE(problem);
            out = std::move(said);
        });
        while (!out) io.run_one();
        return *std::move(out);
    }
    std::optional<std::uint64_t> limit() { return wait_for(ask_size_limit(server.where(), deadlines)).value(); }
};

TEST_F(SizeLimit, IsWhatTheServerSays) {
    const std::pair<std::vector<std::string>, std::optional<std::uint64_t>> cases[] = {
        {{"PIPELINING", "SIZE 10240000", "8BITMIME"}, 10240000},
        {{"size  12"}, 12},
        {{"SIZE"}, {}},
        {{"SIZE 0"}, {}},
        {{"SIZE 1x"}, {}},
        {{"SIZE 99999999999999999999999"}, {}},
        {{"SIZEABLE 3"}, {}},
        {{}, {}},
    };
    for (const auto& [extensions, most] : cases) {
        server.extensions = extensions;
        EXPECT_EQ(limit(), most) << testing::PrintToString(extensions);
    }
}

TEST_F(SizeLimit, OfAServerThatIsNotThereIsUnknown) {
    server.answer("greeting", "421 4.3.2 closing", 1);
    EXPECT_FALSE(wait_for(ask_size_limit(server.where(), deadlines)));
    server.go_away();
    EXPECT_FALSE(wait_for(ask_size_limit(server.where(), deadlines)));
}

TEST_F(SmtpClient, MessageArrivesAsItIs) {
    const auto said = send({"bob@partner.example", "eve@partner.example"}, "Subject: x\r\n\r\n.\r\n..a\r\n.b\r\nbody\r\n");
    ASSERT_EQ(server.deliveries.size(), 1u);
    EXPECT_EQ(server.deliveries[0].data, "Subject: x\r\n\r\n..\r\n...a\r\n..b\r\nbody\r\n");
    EXPECT_THAT(server.deliveries[0].recipients, ElementsAre("bob@partner.example", "eve@partner.example"));
    EXPECT_EQ(server.deliveries[0].sender_line, "MAIL FROM:<ann@example.org> SIZE=32");
    for (const auto& one : said.recipients) {
        EXPECT_EQ(one.what, fate::taken);
        EXPECT_EQ(one.reply, "250 2.0.0 Ok: queued as 4XyZ");
    }
    EXPECT_TRUE(said.reached);
    EXPECT_FALSE(said.unclear);
    EXPECT_THAT(*begun, ElementsAre(0, 1));
    EXPECT_EQ(last_command(), "QUIT");
}

TEST_F(SmtpClient, ALargeMessageArrivesWhole) {
    std::string message;
    for (int i = 0; i < 50'000; ++i) message += ".line " + std::to_string(i) + "\r\n";
    send({"bob@x"}, message);
    ASSERT_EQ(server.deliveries.size(), 1u);
    std::string unstuffed = "\r\n" + server.deliveries[0].data;
    for (std::size_t at = 0; (at = unstuffed.find("\r\n..", at)) != std::string::npos; ++at) unstuffed.erase(at + 2, 1);
    EXPECT_EQ(unstuffed.substr(2), message);
}

TEST_F(SmtpClient, TheNullSenderIsEmpty) {
    send({"bob@x"}, plain, "");
    EXPECT_THAT(server.commands, Contains("MAIL FROM:<> SIZE=20"));
}

TEST_F(SmtpClient, ExtensionsAreUsedAsTheMessageNeedsThem) {
    send({"bob@x"}, "Subject: x\r\n\r\n\xC3\xB6\r\n");
    EXPECT_THAT(server.commands, Contains("MAIL FROM:<ann@example.org> SIZE=18 BODY=8BITMIME"));
    send({"bob@x", "b\xC3\xB6@x"});
    EXPECT_THAT(server.commands, Contains("MAIL FROM:<ann@example.org> SIZE=20 SMTPUTF8"));
    server.extensions.clear();
    send({"bob@x"}, "Subject: x\r\n\r\n\xC3\xB6\r\n");
    EXPECT_THAT(server.commands, Contains("MAIL FROM:<ann@example.org>"));
    EXPECT_EQ(server.deliveries.size(), 3u);
}

TEST_F(SmtpClient, WhatTheSenderWantsToBeToldIsSaidWhereTheServerUnderstandsIt) {
    wanted = {.ret = "HDRS", .envid = "x"};
    wanted_of_recipients = {.notify = "NEVER", .orcpt = "rfc822;b@x"};
    send({"bob@x"});
    EXPECT_THAT(server.commands, Not(Contains(AnyOf(HasSubstr("RET="), HasSubstr("NOTIFY=")))));
    server.extensions.emplace_back("DSN");
    send({"bob@x"});
    EXPECT_THAT(server.commands, Contains("MAIL FROM:<ann@example.org> SIZE=20 RET=HDRS ENVID=x"));
    EXPECT_THAT(server.commands, Contains("RCPT TO:<bob@x> NOTIFY=NEVER ORCPT=rfc822;b@x"));
}

TEST_F(SmtpClient, WithoutSmtputf8AnAddressBeyondAsciiIsRefusedAndOthersAreNot) {
    server.extensions = {"8BITMIME"};
    const auto said = send({"b\xC3\xB6@x", "bob@x"});
    EXPECT_EQ(said.recipients[0].what, fate::refused);
    EXPECT_EQ(said.recipients[1].what, fate::taken);
    EXPECT_THAT(server.deliveries.at(0).recipients, ElementsAre("bob@x"));
}

TEST_F(SmtpClient, WhatCouldSpeakSmtpNeverReachesTheWire) {
    const auto said = send({"bob@x>\r\nRCPT TO:<eve@x"});
    EXPECT_EQ(said.recipients[0].what, fate::refused);
    EXPECT_THAT(server.commands, Not(Contains(HasSubstr("RCPT"))));
}

TEST_F(SmtpClient, EachRecipientHasAFateOfItsOwn) {
    server.answer_recipient("later@x", "450 4.2.0 greylisted");
    server.answer_recipient("nobody@x", "550 5.1.1 no such user");
    server.answer_recipient("many@x", "552 5.5.3 too many recipients");
    const auto said = send({"later@x", "bob@x", "nobody@x", "many@x"});
    EXPECT_EQ(said.recipients[0].what, fate::waits);
    EXPECT_EQ(said.recipients[1].what, fate::taken);
    EXPECT_EQ(said.recipients[2].what, fate::refused);
    EXPECT_EQ(said.recipients[2].reply, "550 5.1.1 no such user");
    EXPECT_EQ(said.recipients[3].what, fate::waits);
    EXPECT_THAT(*begun, ElementsAre(1));
}

TEST_F(SmtpClient, WithNobodyLeftNoMessageIsSent) {
    server.answer("RCPT", "550 5.1.1 no");
    EXPECT_EQ(send({"bob@x"}).recipients[0].what, fate::refused);
    EXPECT_THAT(server.commands, Not(Contains("DATA")));
    EXPECT_EQ(last_command(), "QUIT");
    EXPECT_FALSE(begun);
}

TEST_F(SmtpClient, WhatCannotBeRecordedIsNotEnded) {
    fails_before_the_end = true;
    const auto said = send({"bob@x"});
    EXPECT_EQ(said.recipients[0].what, fate::waits);
    EXPECT_EQ(said.recipients[0].reply, "the disk is full");
    EXPECT_FALSE(said.unclear);
    io.run_for(50ms);
    EXPECT_THAT(server.deliveries, IsEmpty());
    EXPECT_THAT(server.commands, Not(Contains(".")));
}

TEST_F(SmtpClient, AServerThatIsNotThereHasRefusedNobody) {
    server.go_away();
    const auto said = send({"bob@x"});
    EXPECT_EQ(said.recipients[0].what, fate::waits);
    EXPECT_THAT(said.recipients[0].reply, HasSubstr("no connection"));
    EXPECT_FALSE(said.reached);
}

TEST_F(SmtpClient, ControlCharactersOfReplyBecomeVisible) {
    server.answer(".", "250 2.0.0 \x1B[31mred");
    EXPECT_EQ(send({"bob@x"}).recipients[0].reply, "250 2.0.0 \xEF\xBF\xBD[31mred");
}

// Each step failed in each way.

struct failure {
    std::string_view name;
    std::string_view reply;
};

const failure failures[] = {
    {"HangUp", test::hang_up},
    {"Later", "450 4.3.0 later"},
    {"Never", "550 5.7.1 never"},
    {"Closing", "421 4.3.2 closing"},
    {"Garbage", "HTTP/1.1 400 Bad Request"},
    {"NoNumber", "25O ok"},
    {"Foreign", "199 what?"},
    {"TwoCodes", "250-one\r\n550 two"},
    {"ShortLine", "25"},
    {"Silence", test::silence},
    {"LongLine", "long line"},
    {"Endless", "endless"},
};

constexpr std::string_view steps[] = {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "."};

class FailedStep : public SmtpClient, public testing::WithParamInterface<std::tuple<std::string_view, failure>> {};

TEST_P(FailedStep, LosesNothingAndBelievesNothing) {
    const auto& [step, how] = GetParam();
    std::string reply(how.reply);
    if (reply == "long line") reply = "250 " + std::string(3000, 'x');
    if (reply == "endless") {
        reply.clear();
        for (int i = 0; i < 200; ++i) reply += "250-more\r\n";
    }
    if (reply == test::silence) deadlines = {.step = 300ms, .end_of_message = 300ms};
    server.answer(std::string(step), reply);
    const auto said = send({"bob@x", "eve@x"});

    const bool introduction = step == "greeting" || step == "EHLO";
    const bool is_answer = how.name == "Later" || how.name == "Never" || how.name == "Closing";
    const auto expected = how.name == "Never" && !introduction ? fate::refused : fate::waits;
    for (const auto& one : said.recipients) {
        EXPECT_EQ(one.what, expected) << one.reply;
        EXPECT_THAT(one.reply, Not(IsEmpty()));
    }
    EXPECT_EQ(said.reached, !introduction);
    EXPECT_EQ(said.unclear, step == "." && !is_answer);
    EXPECT_EQ(begun.has_value(), step == ".");
}

std::string name_of(const testing::TestParamInfo<FailedStep::ParamType>& of) {
    const auto& [step, how] = of.param;
    return (step == "." ? "End" : std::string(step)) + std::string(how.name);
}

INSTANTIATE_TEST_SUITE_P(, FailedStep, testing::Combine(testing::ValuesIn(steps), testing::ValuesIn(failures)), name_of);

TEST_F(SmtpClient, SomethingSaidUnaskedEndsIt) {
    server.answer("MAIL", "250 2.1.0 Ok\r\n250 2.1.5 Ok");
    const auto said = send({"bob@x"});
    EXPECT_EQ(said.recipients[0].what, fate::waits);
    EXPECT_THAT(server.deliveries, IsEmpty());
}

// The reader and the stuffer, byte by byte.

TEST(ReplyReader, ReadsByteByByte) {
    reply_reader reader;
    const std::string_view bytes = "250-one\r\n250-\r\n250 two\r\n354\r\n";
    std::vector<server_reply> replies;
    for (const char c : bytes) {
        reader.feed({&c, 1});
        auto reply = reader.next();
        ASSERT_TRUE(reply) << reply.error();
        if (*reply) replies.push_back(**std::move(reply));
    }
    ASSERT_EQ(replies.size(), 2u);
    EXPECT_THAT(replies[0].lines, ElementsAre("one", "", "two"));
    EXPECT_EQ(replies[1].code, 354u);
    EXPECT_FALSE(reader.has_unread());
}

std::string stuffed(std::string_view message, std::size_t piece) {
    dot_stuffer stuff;
    std::string out;
    for (; !message.empty(); message.remove_prefix(std::min(piece, message.size())))
        out += stuff.take(message.substr(0, piece));
    return out + stuff.end();
}

TEST(DotStuffer, NoLineBeginsWithASingleDot) {
    for (const std::size_t piece : {1, 2, 3, 100}) {
        EXPECT_EQ(stuffed(".\r\n.a\r\nb.\r\n", piece), "..\r\n..a\r\nb.\r\n");
        EXPECT_EQ(stuffed("", piece), "");
        EXPECT_EQ(stuffed("a", piece), "a\r\n");
        EXPECT_EQ(stuffed("a\r", piece), "a\r\n");
        EXPECT_EQ(stuffed("a\n.\nb\r\n", piece), "a\r\n..\r\nb\r\n") << "a lone LF hides no end of the message";
        EXPECT_EQ(stuffed("a\n.\r\nMAIL FROM:<x>\r\n", piece), "a\r\n..\r\nMAIL FROM:<x>\r\n");
    }
}

} // namespace
} // namespace sealgate::milter
