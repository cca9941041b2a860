// Whether a mail is one that came before: by its Message-ID, and a held one by its place in the queue.
#include "milter/outbox/identity.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

transaction mail_with(const std::string& header) {
    transaction out;
    out.sender = policy::parse_address("ann@example.org");
    out.queue_id = "4XyZ";
    out.mail = policy::parse_message("From: ann@example.org\n" + header + "Subject: x\n\nbody\n");
    return out;
}

transaction released(const std::string& header, std::int64_t arrival) {
    auto out = mail_with(header);
    out.released = {.decision = "7Q2K-M4XD", .as = "", .login = false, .queue_id = "OLD", .arrival = arrival};
    return out;
}

TEST(Sameness, IsOfTheSameMessageIdAndDate) {
    const auto mail = mail_with("Message-ID: <1@x.org>\nDate: Mon, 30 Nov 2026 00:00:00 +0000\n");
    EXPECT_EQ(sameness(mail), sameness(mail));
    EXPECT_NE(sameness(mail), sameness(mail_with("Message-ID: <2@x.org>\nDate: Mon, 30 Nov 2026 00:00:00 +0000\n")));
    EXPECT_NE(sameness(mail), sameness(mail_with("Message-ID: <1@x.org>\nDate: Mon, 30 Nov 2026 00:00:01 +0000\n")));
}

TEST(Sameness, OfAReleasedMailIsThatOfTheHeldOneWhateverAServerGivesItEachTime) {
    const auto first = released("Message-ID: <1@x.org>\nDate: Mon, 30 Nov 2026 00:00:00 +0000\n", 1);
    EXPECT_EQ(sameness(first), sameness(released("Message-ID: <2@x.org>\nDate: Mon, 30 Nov 2026 00:10:00 +0000\n", 1)));
    EXPECT_NE(sameness(first), sameness(released("Message-ID: <1@x.org>\nDate: Mon, 30 Nov 2026 00:00:00 +0000\n", 2)))
        << "another mail had its queue id";
}

} // namespace
} // namespace sealgate::milter
