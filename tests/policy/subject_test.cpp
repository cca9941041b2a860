#include "policy/subject.hpp"

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

} // namespace
} // namespace sealgate::policy
