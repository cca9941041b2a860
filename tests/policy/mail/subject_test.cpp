// What a Subject says to who carries it, and our own placeholder.
#include "policy/mail/subject.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

bool says_something(const char* subject) { return subject_says_something({.fields = {{"Subject", subject}}, .body = {}}); }

TEST(Subject, PlaceholdersSayNothing) {
    for (const auto* subject : {"", " ", " ...", " [...]", "...\n ", " \xE2\x80\xA6",
                                " =?utf-8?Q?=E2=80=A6?=", " =?us-ascii?Q?...?=", " Encrypted Message", " ENCRYPTED message"})
        EXPECT_FALSE(says_something(subject)) << subject;
    EXPECT_FALSE(subject_says_something({}));
}

TEST(Subject, TagsAndWordsSaySomething) {
    for (const auto* subject : {" [confidential]", " [confidential] ...", " Tender", " Re: ...", " =?utf-8?B?VGVuZGVy?="})
        EXPECT_TRUE(says_something(subject)) << subject;
    EXPECT_TRUE(subject_says_something({.fields = {{"Subject", " ..."}, {"subject", " Tender"}}, .body = {}}))
        << "each of them is sent";
}

bool answers_hidden(const char* subject) { return answers_hidden_subject({.fields = {{"Subject", subject}}, .body = {}}); }

TEST(Subject, TheGatewaysOwnPlaceholderIsKnownBehindReplyPrefixes) {
    for (const auto* subject : {" [...]",
                                " Re: [...]",
                                " RE:[...]",
                                " AW: Re: Fwd: [...]",
                                " Re[2]: [...]",
                                " Re (3): [...]",
                                " Tr : [ ... ]",
                                " SV: [...] ",
                                " [Fwd: [...]]",
                                " [Fwd: Re: [...]]",
                                " [partner-list] Re: [...]",
                                " Re: [EXTERN] AW: [...]",
                                " ***SPAM*** Re: [...]",
                                " Re: [...] (fwd)",
                                " Re: [confidential] [...]",
                                " Re: [\xE2\x80\xA6]",
                                " =?utf-8?Q?R=C3=A9p_=3A_=5B=2E=2E=2E=5D?=",
                                " =?utf-8?B?UmU6IFsuLi5d?=",
                                " Re:\n [...]",
                                " Weitergeleitet (zwei): [...]",
                                " \xE5\x9B\x9E\xE5\xA4\x8D\xEF\xBC\x9A[...]",
                                " =?utf-8?Q?Re:_[..?= =?utf-8?Q?.]?="})
        EXPECT_TRUE(answers_hidden(subject)) << subject;
    EXPECT_TRUE(answers_hidden_subject({.fields = {{"Subject", " x"}, {"subject", " Re: [...]"}}, .body = {}}));
}

TEST(Subject, BehindAReplyPrefixAnythingMayFollowThePlaceholder) {
    for (const auto* subject :
         {" Re: [...]!", " Re: [...] - URGENT", " Re: [...] #1234", " RE: [...]; thanks", " Re: [...] minutes",
          " Re: [...]: minutes", " AW: [list] [...] noch eins", " [list] Re: [...] x", " [Fwd: [...]] - URGENT",
          " [Fwd: [...] - URGENT]", " Re: ([...]) x", " ***SPAM*** Re: [...] x", " Re: [\xE2\x80\xA6] x", " Re: [...] [",
          " =?utf-8?Q?Re=3A_=5B=2E=2E=2E=5D_=E2=80=93_eilig?="})
        EXPECT_TRUE(answers_hidden(subject)) << subject;
}

TEST(Subject, APrefixIsWhateverEndsInASignOrIsShort) {
    for (const auto* subject : {" Nouvelle heure propos\u00E9e : [...]",
                                " Odpowied\xC5\xBA automatyczna: [...]",
                                " Zaproponowano now\xC4\x85 godzin\xC4\x99: [...]",
                                " =?utf-8?Q?Zaproponowano_now=C4=85_godzin=C4=99=3A?= [...]",
                                " Notification de lecture : [...]",
                                " Confirmation de lecture : [...]",
                                " Delivery Status Notification (Failure): [...]",
                                " Minutes of the meeting (was: [...])",
                                " Quoted from the annual report of 2025: [...]",
                                " RE [...]",
                                " Re. [...]",
                                " Re; [...]",
                                " Re, [...]",
                                " RE[2] [...]",
                                " Antw [...] thanks",
                                " \xE5\x9B\x9E\xE5\xA4\x8D [...]",
                                " Re: Fwd - [...]",
                                " Automatic reply \xE2\x80\x93 [...]",
                                " Re: \xE3\x80\x90...\xE3\x80\x91",
                                " Re: \xE3\x80\x90\xE2\x80\xA6\xE3\x80\x91 minutes",
                                " Re: {...}",
                                " Re: \"[...]\"",
                                " [[...]",
                                " [...]!",
                                " ***SPAM*** [...] x"})
        EXPECT_TRUE(answers_hidden(subject)) << subject;
}

TEST(Subject, NoSubjectIsTooLongOrTooDeep) {
    const auto repeated = [](std::string_view text, std::size_t count) {
        std::string out;
        while (count-- > 0) out += text;
        return out;
    };
    for (const std::size_t count : {8, 9, 450, 20'000}) {
        EXPECT_TRUE(answers_hidden((repeated("[", count) + "[...]" + repeated("]", count)).c_str())) << count;
        EXPECT_TRUE(answers_hidden((repeated(" Re:", count) + " [...]").c_str())) << count;
        EXPECT_TRUE(answers_hidden((repeated("x", count) + ": [...]").c_str())) << count;
        EXPECT_TRUE(answers_hidden(("Re: " + repeated("[list]", count) + " [...]").c_str())) << count;
        EXPECT_FALSE(answers_hidden((repeated("minutes [...] ", count)).c_str())) << count;
    }
}

TEST(Subject, WhatSaysSomethingElseIsNoPlaceholder) {
    for (const auto* subject : {"",
                                " ",
                                " Re: ...",
                                " Re:",
                                " [..]",
                                " Re: [....]",
                                " [... and so on]",
                                " Minutes [...]",
                                " [...] minutes",
                                " [list] [...] minutes",
                                " Re: minutes [...]",
                                " Minutes, [...]",
                                " Minutes of Monday. [...] Adjourned",
                                " He said \"[...] and so on\"",
                                " (...)",
                                " Re: (...)",
                                " [",
                                " [[[[",
                                " ]...[",
                                " *",
                                " **",
                                " [list] x"})
        EXPECT_FALSE(answers_hidden(subject)) << subject;
    EXPECT_FALSE(answers_hidden(std::string(100'000, '[').c_str()));
}

} // namespace
} // namespace sealgate::policy
