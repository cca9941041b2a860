// The head of a copy: comes back as it was, lacks nothing, and nothing in it could speak SMTP; and which ids have a file.
#include "milter/outbox/copy_head.hpp"
#include "milter/outbox/places.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;

std::string identity_of(char digit) { return std::string(64, digit); }

TEST(OutboxFile, IdsThatAreNoneHaveNoFile) {
    const outbox_places places{"/x"};
    for (const auto* bad : {"", ".", "A", "A.", ".1", "../A.1", "A.1/..", "a.1", "A.1.1", "A.-1", "A/.1"}) {
        EXPECT_TRUE(places.waiting_file(bad).empty()) << bad;
        EXPECT_TRUE(places.failed_file(bad).empty()) << bad;
    }
    EXPECT_EQ(places.waiting_file("7Q2KM4XD.1"), "/x/waiting/7Q2KM4XD/1");
}

TEST(OutboxFile, HeadComesBackAsItWas) {
    using std::chrono::sys_days;
    const copy_head head{.id = "7Q2KM4XD.12",
                         .decision = "\"\x01é",
                         .created = sys_days(std::chrono::year(2028) / 2 / 29) + 23h + 59min + 59s + 7ms,
                         .sender = "",
                         .recipients = {{.address = "\"a b\"@x", .identity = identity_of('f'), .last_reply = "450 \"no\""},
                                        {.address = "b@x",
                                         .identity = identity_of('e'),
                                         .last_reply = "",
                                         .dsn = {.notify = "SUCCESS,DELAY", .orcpt = "rfc822;c@x"}}},
                         .tries = 3,
                         .next_try = sys_days(std::chrono::year(2028) / 3 / 1),
                         .size = 1234567890123,
                         .dsn = {.ret = "HDRS", .envid = "a+2Bb"}};
    const auto line = head_line(head);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    const auto back = parse_head(line.substr(0, line.size() - 1));
    ASSERT_TRUE(back) << back.error();
    EXPECT_EQ(head_line(*back), line);
    EXPECT_EQ(back->dsn, head.dsn);
    EXPECT_EQ(back->recipients[1].dsn, head.recipients[1].dsn);
}

TEST(OutboxFile, WhatCouldSpeakSmtpBehindACommandIsRefused) {
    const auto line = [](const std::string& of_recipient, const std::string& of_mail) {
        return R"({"version":1,"id":"A.1","decision":"d","created":"2026-11-23T09:00:00.123Z","sender":"","recipients":[{"address":"a@x",)"
               R"("identity":")" +
               identity_of('f') + R"(","last_reply":"")" + of_recipient +
               R"(}],"tries":0,"next_try":"2026-11-23T09:00:00.123Z","size":0)" + of_mail + "}";
    };
    EXPECT_TRUE(parse_head(line("", ""))) << "as they were written before there was this";
    EXPECT_TRUE(parse_head(line(R"(,"notify":"NEVER")", R"(,"ret":"FULL")")));
    for (const auto* bad : {R"(,"notify":"NEVER\r\nDATA")", R"(,"notify":1)", R"(,"orcpt":"a b")", R"(,"orcpt":null)"})
        EXPECT_FALSE(parse_head(line(bad, ""))) << bad;
    for (const auto* bad : {R"(,"ret":"BODY")", R"(,"envid":"a b")", R"(,"envid":7)"})
        EXPECT_FALSE(parse_head(line("", bad))) << bad;
}

TEST(OutboxFile, EachFieldIsNeeded) {
    const copy_head head{.id = "A.1",
                         .decision = "d",
                         .created = {},
                         .sender = "",
                         .recipients = {{.address = "a@x", .identity = identity_of('f'), .last_reply = ""}},
                         .tries = 0,
                         .next_try = {},
                         .size = 0};
    const auto line = head_line(head);
    for (const auto* name : {"version", "id", "decision", "created", "sender", "recipients", "tries", "next_try", "size",
                             "address", "identity", "last_reply"}) {
        auto without = line;
        without.replace(without.find("\"" + std::string(name) + "\""), std::string_view(name).size() + 2, "\"x\"");
        EXPECT_FALSE(parse_head(without)) << name;
    }
    for (std::size_t i = 0; i + 1 < line.size(); ++i) EXPECT_FALSE(parse_head(line.substr(0, i))) << i;
}

} // namespace
} // namespace sealgate::milter
