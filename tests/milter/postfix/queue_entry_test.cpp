// What Postfix's commands print about held mail: as they print it, and hostile; ten thousand in linear time.
#include "milter/postfix/queue_entry.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace sealgate::milter {
namespace {

constexpr std::string_view printed_line =
    R"({"queue_name": "hold", "queue_id": "C92CCAA8137", "arrival_time": 1795993955, "message_size": 3333, "forced_expire": false, )"
    R"("sender": "ann@example.org", "recipients": [{"address": "max@example.org"}, {"address": "\"a b,c\"@example.org", )"
    R"("delay_reason": "x"}]})"
    "\n";

TEST(QueueEntry, IsReadAsPostqueuePrintsIt) {
    const auto read = parse_queue(printed_line);
    ASSERT_EQ(read.entries.size(), 1U);
    EXPECT_EQ(read.passed_over, 0U);
    EXPECT_EQ(read.entries[0], (queue_entry{.queue = "hold",
                                            .id = "C92CCAA8137",
                                            .arrival = 1795993955,
                                            .size = 3333,
                                            .sender = "ann@example.org",
                                            .recipients = {"max@example.org", "\"a b,c\"@example.org"}}));
    EXPECT_TRUE(read.entries[0].is_held());
}

TEST(QueueEntry, OfTheNullSenderHasNone) {
    std::string bounce(printed_line);
    bounce.replace(bounce.find("ann@example.org"), sizeof "ann@example.org" - 1, "MAILER-DAEMON");
    EXPECT_EQ(parse_queue(bounce).entries.at(0).sender, "");
}

TEST(QueueEntry, WhatIsNoneIsPassedOverAndCounted) {
    const std::string hostile =
        std::string("nonsense\n") + "[]\n{}\n\n" +
        R"({"queue_name": "hold", "queue_id": "-r ALL", "arrival_time": 1, "message_size": 1, "sender": "", )"
        R"("recipients": []})"
        "\n" +
        R"({"queue_name": 5, "queue_id": "A", "arrival_time": "x"})" + "\n" + std::string(100'000, '[') + "\n" +
        std::string(printed_line) + std::string(printed_line).substr(0, 40);
    const auto read = parse_queue(hostile);
    EXPECT_EQ(read.entries.size(), 1U);
    EXPECT_EQ(read.passed_over, 7U);
}

TEST(QueueEntry, OctetsBeyondUtf8AreNoReasonToOverlookAMail) {
    std::string broken(printed_line);
    broken.replace(broken.find("ann"), 3, "a\xFF\xC3n");
    EXPECT_EQ(parse_queue(broken).entries.at(0).sender, "a??n@example.org");
}

TEST(QueueEntry, TenThousandTakeTenTimesAThousand) {
    const auto took = [](int count) {
        std::string all;
        for (int i = 0; i < count; ++i) all += printed_line;
        const auto before = std::chrono::steady_clock::now();
        EXPECT_EQ(parse_queue(all).entries.size(), static_cast<std::size_t>(count));
        return std::chrono::steady_clock::now() - before;
    };
    took(1000);
    EXPECT_LT(took(10'000), 60 * took(1000) + std::chrono::milliseconds(200));
}

constexpr std::string_view printed_envelope = "*** ENVELOPE RECORDS hold/C92CCAA8137 ***\n"
                                              "message_size:            3333             799               2\n"
                                              "named_attribute: envelope_id=QQ 31=4159\n"
                                              "named_attribute: ret_flags=2\n"
                                              "sender: ann@example.org\n"
                                              "named_attribute: client_name=recipient: evil@example.org\n"
                                              "named_attribute: notify_flags=6\n"
                                              "named_attribute: dsn_orig_rcpt=rfc822;Maxi+milian@example.org\n"
                                              "original_recipient: maximilian@example.org\n"
                                              "recipient: max@example.org\n"
                                              "named_attribute: notify_flags=1\n"
                                              "done_recipient: had@example.org\n"
                                              "original_recipient: a b,c@example.org\n"
                                              "recipient: a b,c@example.org\n"
                                              "*** MESSAGE CONTENTS hold/C92CCAA8137 ***\n"
                                              "*** HEADER EXTRACTED hold/C92CCAA8137 ***\n"
                                              "recipient: archive@example.org\n"
                                              "*** MESSAGE FILE END hold/C92CCAA8137 ***\n";

TEST(HeldEnvelope, IsReadAsPostcatPrintsItWithWhatItsSenderWantsToBeTold) {
    const auto read = parse_envelope(printed_envelope);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->sender, "ann@example.org");
    EXPECT_EQ(read->dsn, (dsn_of_mail{.ret = "HDRS", .envid = "QQ+2031+3D4159"}));
    ASSERT_EQ(read->recipients.size(), 3U);
    EXPECT_EQ(read->recipients[0],
              (held_recipient{.address = "max@example.org",
                              .original = "maximilian@example.org",
                              .dsn = {.notify = "SUCCESS,FAILURE", .orcpt = "rfc822;Maxi+2Bmilian@example.org"}}));
    const auto quoted = std::string("\"a b,c\"@example.org");
    EXPECT_EQ(read->recipients[1], (held_recipient{.address = quoted, .original = quoted, .dsn = {}}));
    EXPECT_TRUE(read->is_begun);
    EXPECT_EQ(read->recipients[2].address, "archive@example.org");
}

TEST(HeldEnvelope, WithoutASenderOrARecipientIsNone) {
    EXPECT_TRUE(parse_envelope("sender: \nrecipient: a@x.org\n"));
    EXPECT_FALSE(parse_envelope("recipient: a@x.org\n"));
    EXPECT_FALSE(parse_envelope("sender: a@x.org\ndone_recipient: b@x.org\n"));
    EXPECT_FALSE(parse_envelope("sender: a@x.org\nrecipient: b@x.org\n")->is_begun);
    for (const auto* bad : {"sender: a@x.org\nrecipient: b\x01@x.org\n", "sender: a\x01@x.org\nrecipient: b@x.org\n"}) {
        const auto read = parse_envelope(bad);
        ASSERT_TRUE(read) << "it can be refused";
        EXPECT_TRUE(why_not_sent(*read)) << "but not handed in";
    }
    EXPECT_FALSE(parse_envelope(""));
}

TEST(RemovedMails, AreCountedAsPostsuperSaysIt) {
    EXPECT_EQ(read_removed("postsuper: 4XyZ: removed\npostsuper: Deleted: 1 message\n"), 1U);
    EXPECT_EQ(read_removed("postsuper: 4XyZ: removed\npostsuper: Deleted: 500 messages\n"), 500U);
    EXPECT_EQ(read_removed(""), 0U);
    EXPECT_EQ(read_removed("postsuper: warning: something else\n"), 0U);
    EXPECT_EQ(read_removed("postsuper: 4XyZ: removed\nin other words\n"), std::nullopt) << "nobody can tell";
}

TEST(QuotedAddress, IsWhatGoesOnTheWire) {
    EXPECT_EQ(quoted_address("ann@example.org"), "ann@example.org");
    EXPECT_EQ(quoted_address("a b,c@example.org"), "\"a b,c\"@example.org");
    EXPECT_EQ(quoted_address("a\"\\b@example.org"), "\"a\\\"\\\\b\"@example.org");
    EXPECT_EQ(quoted_address("bob@yahoo.com@example.org"), "\"bob@yahoo.com\"@example.org");
    EXPECT_EQ(quoted_address(".ann@example.org"), "\".ann\"@example.org");
    EXPECT_EQ(quoted_address("root"), "root");
    EXPECT_EQ(quoted_address(""), "");
}

} // namespace
} // namespace sealgate::milter
