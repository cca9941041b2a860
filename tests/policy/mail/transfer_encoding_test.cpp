// Quoted-printable, undone and done.
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/message.hpp"
#include "policy/mail/transfer_encoding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::policy {
namespace {

TEST(TransferEncoding, QuotedPrintableComesBackAsItWas) {
    const std::string cases[] = {"",
                                 "a",
                                 "a=b",
                                 "a b ",
                                 "a \r\nb\t\r\n",
                                 "\r\n\r\n",
                                 "Grüße\r\n",
                                 ".\r\n",
                                 std::string(75, 'x') + "\r\n",
                                 std::string(76, 'x') + "\r\n",
                                 std::string(77, 'x'),
                                 std::string(75, 'x') + " \r\nx",
                                 std::string(73, 'x') + "ü\r\n",
                                 std::string(300, ' '),
                                 std::string("\0\x7F", 2),
                                 "lone \n and \r here"};
    for (const auto& text : cases) {
        const auto encoded = encode_quoted_printable(text);
        EXPECT_EQ(decode_quoted_printable(encoded), text);
        for (auto line : text::split(encoded, '\n')) {
            if (line.ends_with('\r')) line.remove_suffix(1);
            EXPECT_LE(line.size(), 76u) << line;
            EXPECT_FALSE(line.ends_with(' ')) << line;
            EXPECT_TRUE(text::is_ascii(line));
        }
    }
}

TEST(TransferEncoding, EncodedWordsComeBackAsTheyWere) {
    const std::string cases[] = {"Plain", "Grüße", std::string(200, 'x'),
                                 "=?utf-8?Q?x?=", "äöü äöü äöü äöü äöü äöü äöü äöü äöü 𝕏 äöü"};
    for (const auto& text : cases) {
        const auto encoded = encode_words(text);
        std::string unfolded_value;
        for (const char c : encoded)
            if (c != '\r') unfolded_value += c;
        EXPECT_EQ(decode_words(unfolded(unfolded_value)).text, text) << encoded;
        for (const auto line : text::split(encoded, '\n')) EXPECT_LE(line.size(), 77u) << line;
        EXPECT_TRUE(text::is_ascii(encoded));
    }
    EXPECT_EQ(decode_words(encode_words("a\r\nBcc: b")).text, "a\uFFFD\uFFFDBcc: b");
}

} // namespace
} // namespace sealgate::policy
