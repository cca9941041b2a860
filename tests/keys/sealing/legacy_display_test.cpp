// The Subject as the first line of the text, in every kind of text, and once.
#include "keys/sealing/legacy_display.hpp"
#include "policy/base/base64.hpp"
#include "policy/mail/mime.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;
using testing::StartsWith;

policy::message mail(const std::string& type, const std::string& encoding, const std::string& body,
                     const std::string& subject = "Tender price") {
    return {.fields = {{"Subject", " " + subject}, {"Content-Type", " " + type}, {"Content-Transfer-Encoding", " " + encoding}},
            .body = body};
}

policy::message displayed(const policy::message& original) {
    auto shown = with_legacy_display(original);
    return {.fields = std::move(shown.fields), .body = joined(shown.body)};
}

std::string body_with(const policy::message& original) { return std::string(displayed(original).body); }

TEST(LegacyDisplay, IsTheFirstLineOfTheText) {
    EXPECT_EQ(body_with(mail("text/plain", "7bit", "hello\r\n")), "Subject: Tender price\r\n\r\nhello\r\n");
    EXPECT_EQ(body_with(mail("text/plain", "quoted-printable", "h=C3=A4llo\r\n")),
              "Subject: Tender price\r\n\r\nh=C3=A4llo\r\n");
    EXPECT_EQ(body_with(mail("text/html", "8bit", "<HTML><Body lang=de><p>hello")),
              "<HTML><Body lang=de><div class=\"header-protection-legacy-display\"><pre>Subject: Tender "
              "price</pre></div>\r\n<p>hello");
    EXPECT_THAT(body_with(mail("text/html", "8bit", "<p>hello", "a<b & c")), HasSubstr("<pre>Subject: a&lt;b &amp; c</pre>"));
}

TEST(LegacyDisplay, InBase64ItStandsBeforeTheDigits) {
    for (const auto* subject :
         {"a", "ab", "abc", "A subject that is so long that its digits do not fit on one line of base64"}) {
        const auto marked = displayed(mail("text/plain", "base64", text::encode_base64("hello\r\n") + "\r\n", subject));
        const auto root = policy::parse_mime(marked);
        const auto decoded = policy::decoded_body(*root);
        ASSERT_TRUE(decoded) << marked.body.view();
        EXPECT_THAT(std::string(decoded->view()), StartsWith("Subject: "));
        EXPECT_TRUE(decoded->view().ends_with(subject + "\r\n\r\nhello\r\n"s)) << decoded->view();
    }
}

TEST(LegacyDisplay, NothingIsPutIntoWhatIsNotEncodedAsItSays) {
    for (const auto* body :
         {"hello, this is text\r\n", "aGVsbG8NCg==\r\nand text\r\n", "aGVsbG8", "aGVsbG8NCg==aGVsbG8NCg==", "h\xC3\xA4llo\r\n"})
        EXPECT_EQ(body_with(mail("text/plain; charset=utf-8", "base64", body)), body);
    for (const auto* body : {"100 = 100\r\n", "a=b\r\n", "h\xC3\xA4llo\r\n"})
        EXPECT_EQ(body_with(mail("text/plain; charset=utf-8", "quoted-printable", body)), body);
    EXPECT_THAT(body_with(mail("text/plain", "quoted-printable", "a=3D=\r\nb= \r\nc\r\n")), StartsWith("Subject: "));
    EXPECT_THAT(body_with(mail("text/plain", "base64", "")), StartsWith("U3ViamVjd"));
}

TEST(LegacyDisplay, LettersNeedACharsetThatHasThem) {
    const auto* subject = "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=";
    EXPECT_EQ(body_with(mail("text/plain; charset=UTF-8", "8bit", "x\r\n", subject)), "Subject: Gr\xC3\xBC\xC3\x9F"
                                                                                      "e\r\n\r\nx\r\n");
    EXPECT_EQ(body_with(mail("text/plain; charset=utf-8", "quoted-printable", "x\r\n", subject)),
              "Subject: Gr=C3=BC=C3=9Fe\r\n\r\nx\r\n");
    for (const auto& other :
         {mail("text/plain; charset=iso-8859-1", "8bit", "x\r\n", subject), mail("text/plain", "7bit", "x\r\n", subject),
          mail("text/plain; charset=utf-8", "7bit", "x\r\n", subject)})
        EXPECT_EQ(displayed(other), other);
    EXPECT_EQ(body_with(mail("text/plain; charset=iso-8859-1", "8bit", "x\r\n")), "Subject: Tender price\r\n\r\nx\r\n");
}

TEST(LegacyDisplay, EachAlternativeHasItAndNoAttachment) {
    const auto marked = displayed(mail(
        "multipart/mixed; boundary=a", "7bit",
        "--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/html;\r\n\tcharset=utf-8;\r\nContent-Language: "
        "de\r\n\r\n<p>html\r\n--b--\r\n"
        "--a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached\r\n--a--\r\n"));
    EXPECT_EQ(
        marked.body,
        "--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain; hp-legacy-display=\"1\"\r\n\r\nSubject: Tender price\r\n\r\nplain\r\n"
        "--b\r\nContent-Type: text/html;\r\n\tcharset=utf-8; hp-legacy-display=\"1\";\r\nContent-Language: de\r\n\r\n"
        "<div class=\"header-protection-legacy-display\"><pre>Subject: Tender price</pre></div>\r\n<p>html\r\n--b--\r\n"
        "--a\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nattached\r\n--a--\r\n");
    EXPECT_EQ(marked.fields, mail("multipart/mixed; boundary=a", "7bit", "").fields) << "the mark is where the element is";
}

TEST(LegacyDisplay, WhatMustNotBeTouchedIsNot) {
    const auto part = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n"s;
    for (const auto& original :
         {mail("multipart/signed; boundary=b", "7bit", part), mail("application/pdf", "base64", "aGVsbG8="),
          mail("text/calendar", "8bit", "BEGIN:VCALENDAR\r\n"), mail("text/plain; charset=utf-16", "base64", "aABpAA=="),
          mail("text/plain", "x-uuencode", "x"), mail("text/plain", "7bit", "x", "..."), mail("text/plain", "7bit", "x", ""),
          mail("multipart/mixed; boundary=missing", "7bit", "x"), mail("text/plain; name=a.txt", "7bit", "x")})
        EXPECT_EQ(displayed(original), original) << original.fields[1].value;
}

} // namespace
} // namespace sealgate::keys
