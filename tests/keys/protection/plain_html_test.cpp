// HTML that says nothing but its text, as composers of mail programs write it.
#include "keys/protection/plain_html.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::keys {
namespace {

std::optional<std::string> text_of(std::string_view page) { return plain_html().text_of(page); }

TEST(PlainHtml, OfComposersShowsItsTextWithoutWhiteSpace) {
    const char* const pages[] = {
        "a+b=c<br>\r\nd",
        "<div dir=\"ltr\">a+b=c<br><br>d</div>",
        "<p>a&#43;b&#x3d;c</p>\n<p>&nbsp;</p><P>d</P>",
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"><title></title></head>"
        "<body style=\"word-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;\"><pre>a+b=c\nd</pre>",
        "<div style=\"font-family:'Segoe UI', Calibri, sans-serif; font-size:11pt; color:#1F497D\">a+b=c\xC2\xA0</div>\xA0 d",
        "<div style=\"font-family: 'Courier New', Courier, monospace\">a+b=cd</div>",
        "<div class=\"protonmail_signature_block protonmail_signature_block-empty\" style=\"font-family: Arial, sans-serif; "
        "font-size: 14px;\">\n<div class=\"protonmail_signature_block-user protonmail_signature_block-empty\">\n</div>\n"
        "<div class=\"protonmail_signature_block-proton protonmail_signature_block-empty\"></div></div>a+b=cd",
    };
    for (const auto* page : pages) EXPECT_EQ(text_of(page), "a+b=cd") << page;
}

TEST(PlainHtml, HasNothingElseToRead) {
    const char* const pages[] = {
        "a<!-- b -->",
        "<style>p { color: red }</style>a",
        "<script>a</script>",
        "<a href=\"http://example.org\">a</a>",
        "<img src=\"cid:1\">a",
        "<p title=\"the price\">a",
        "<p class=\"price\">a",
        "<p style=\"content: '\\0041'\">a",
        "<p style=\"margin: 12345px\">a",
        "<p style=\"color: #12345\">a",
        "<p lang=\"\xC3\xA9\">a",
        "<p",
        "<p <b>a",
        "a &amp b",
        "&eacute;",
        "&#65;",
    };
    for (const auto* page : pages) EXPECT_EQ(text_of(page), std::nullopt) << page;
}

TEST(PlainHtml, SaysLittleInItsTagsHoweverManyTheyAre) {
    const std::string one =
        "<p style=\"margin: 1px 2px 3px 4px; font-family: Arial, Helvetica, sans-serif; line-height: normal\">a</p>";
    std::string same, different, numbers;
    for (int i = 0; i < 1000; ++i) same += one;
    for (int i = 0; i < 20; ++i) different += "<p" + std::string(static_cast<std::size_t>(i), ' ') + one.substr(2);
    for (int i = 0; i < 50; ++i) numbers += "<p width=" + std::to_string(i) + ">a</p>";
    EXPECT_EQ(text_of(same), std::string(1000, 'a'));
    EXPECT_EQ(text_of(different), std::nullopt);
    EXPECT_EQ(text_of(numbers), std::nullopt);
    EXPECT_EQ(text_of("<p " + std::string(600, ' ') + ">a"), std::nullopt);
}

TEST(PlainHtml, OfOneMailSaysLittleTogether) {
    plain_html of_mail;
    int taken = 0;
    for (int i = 0; i < 100; ++i) taken += of_mail.text_of("<p style=\"margin: " + std::to_string(i) + "px\">a").has_value();
    EXPECT_EQ(taken, 40);
    EXPECT_EQ(of_mail.text_of("<p style=\"margin: 7px\">a"), "a") << "said already";
}

} // namespace
} // namespace sealgate::keys
