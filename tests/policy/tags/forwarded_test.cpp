// Tags of attached messages count, however they are attached; and what a script wrote above its header is looked at.
#include "policy/base/base64.hpp"
#include "policy/tags/forwarded.hpp"
#include "tests/policy/tags/near_misses.hpp"

#include <gmock/gmock.h>

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> tags_in(const std::string& mail) {
    std::vector<std::string> out;
    for (const auto& one : forwarded_tags(example_policy(), parse_message(mail))) {
        EXPECT_EQ(one.where, carrier::forwarded);
        out.push_back(one.tag);
    }
    return out;
}

std::string with_part(const std::string& header, const std::string& body, const std::string& boundary = "b") {
    return "Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
           "\r\n\r\nsee\r\n--" + boundary + "\r\n" + header + "\r\n\r\n" + body + "\r\n--" + boundary + "--\r\n";
}

const std::string tagged = "From: cy@example.org\r\nSubject: [confidential] merger\r\nX-Classification: public\r\n\r\nbody";

TEST(Forwarded, TagsOfAnAttachedMessageCount) {
    EXPECT_THAT(tags_in(with_part("Content-Type: message/rfc822", tagged)), ElementsAre("confidential", "public"));
    EXPECT_THAT(tags_in(with_part("Content-Type: MESSAGE/RFC822", tagged)), ElementsAre("confidential", "public"));
    EXPECT_THAT(tags_in(with_part("Content-Type: message/global", tagged)), ElementsAre("confidential", "public"));
    EXPECT_THAT(tags_in("Subject: x\r\nContent-Type: message/rfc822\r\n\r\n" + tagged), ElementsAre("confidential", "public"));
}

TEST(Forwarded, EncodedOrAsAFile) {
    const auto encoded = sealgate::text::encode_base64(tagged);
    EXPECT_THAT(tags_in(with_part("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", encoded)),
                ElementsAre("confidential", "public"));
    EXPECT_THAT(tags_in(with_part("Content-Type: application/octet-stream; name=\"Note.EML\"\r\n"
                                  "Content-Transfer-Encoding: base64",
                                  encoded)),
                ElementsAre("confidential", "public"));
}

TEST(Forwarded, HoweverTheTypeOrTheNameIsWritten) {
    const auto encoded = sealgate::text::encode_base64(tagged);
    for (const char* header :
         {"Content-Type: message / rfc822", "Content-Type: message(c)/rfc822", "Content-Type: message/(c) rfc822",
          "Content-Type: application/octet-stream; name=\"=?utf-8?B?bm90ZS5lbWw=?=\"",
          "Content-Type: application/octet-stream; name*=utf-8''note%2Eeml",
          "Content-Type: application/octet-stream; name*0=\"note.e\"; name*1=\"ml\"",
          "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"note.e\\ml\""}) {
        EXPECT_THAT(tags_in(with_part(header, tagged)), ElementsAre("confidential", "public")) << header;
        EXPECT_THAT(tags_in(with_part(std::string(header) + "\r\nContent-Transfer-Encoding: base64", encoded)),
                    ElementsAre("confidential", "public"))
            << header;
    }
    EXPECT_THAT(
        tags_in("Subject: x\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n" + tagged + "\r\n--b--\r\n"),
        ElementsAre("confidential", "public"));
    EXPECT_THAT(tags_in(with_part("Content-Type: multipart/digest; boundary=in", "--in\r\n\r\n" + tagged + "\r\n--in--")),
                ElementsAre("confidential", "public"));
}

TEST(Forwarded, BehindWhatStandsAboveAHeader) {
    for (const char* above : {"From ann@example.org Mon Nov 30 00:00:00 2026\r\n", ">From ann@example.org\r\n", "\r\n",
                              "\r\n\r\n", "\xEF\xBB\xBF"}) {
        EXPECT_THAT(tags_in(with_part("Content-Type: message/rfc822", above + tagged)), ElementsAre("confidential", "public"))
            << above;
        EXPECT_THAT(tags_in(with_part("Content-Type: application/x; name=a.eml", above + tagged)),
                    ElementsAre("confidential", "public"))
            << above;
    }
}

TEST(Forwarded, InEachOtherDownToFour) {
    auto mail = tagged;
    for (int i = 0; i < 3; ++i) mail = with_part("Content-Type: message/rfc822", mail, "level" + std::to_string(i));
    EXPECT_THAT(tags_in(mail), ElementsAre("confidential", "public"));
    for (int i = 0; i < 20; ++i) mail = with_part("Content-Type: message/rfc822", mail, "deeper" + std::to_string(i));
    EXPECT_THAT(tags_in(mail), IsEmpty());
}

TEST(Forwarded, WhatIsNearlyOneOrNoMessageIsNone) {
    EXPECT_THAT(tags_in(with_part("Content-Type: message/rfc822", "Subject: [confidental]\r\n\r\n")), IsEmpty());
    EXPECT_THAT(tags_in(with_part("Content-Type: text/plain", tagged)), IsEmpty());
    EXPECT_THAT(tags_in("Subject: x\r\n\r\nmessage/rfc822 " + tagged), IsEmpty());
}

TEST(Forwarded, ManyAreReadInTime) {
    std::string mail = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < 5000; ++i) mail += "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: [public]\r\n\r\n";
    (void)tags_in(mail);
    (void)tags_in("Subject: x\r\n\r\n" + std::string(1 << 20, '/') + "message/");
}

TEST(Forwarded, AHeaderBelowAnEmptyLineIsRead) {
    const auto found = [](const std::string& file) { return find_tags(example_policy(), parse_message(file)); };
    const auto below = found("\r\nFrom: ann@example.org\r\nSubject: [confidential] x\r\n\r\nbody");
    ASSERT_EQ(below.tags.size(), 1U);
    EXPECT_EQ(below.tags[0].tag, "confidential");
    EXPECT_EQ(found("Received: x\r\n\r\n\r\nSubject: [confidental]\r\n\r\n").near_misses.size(), 1U);
    EXPECT_TRUE(found("Subject: x\r\n\r\nSubject: [confidential]\r\n\r\n").tags.empty()) << "there is a header";
    EXPECT_TRUE(found("From: x\r\n\r\nHello,\r\nSubject: [confidential]\r\n").tags.empty()) << "that is text";
}

} // namespace
