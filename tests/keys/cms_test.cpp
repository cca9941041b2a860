#include "keys/cms.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

const auto enveloped = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"s;
const auto signed_data = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"s;
const auto auth_enveloped = "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"s;
const auto content = "\xA0\x03\x30\x01\x00"s;

std::string sequence(const std::string& inside) {
    return "\x30"s + static_cast<char>(inside.size()) + inside;
}

TEST(Cms, EnvelopedDataIsKnownByItsContentType) {
    EXPECT_TRUE(is_enveloped_cms(sequence(enveloped + content)));
    EXPECT_TRUE(is_enveloped_cms(sequence(auth_enveloped + content)));
    EXPECT_TRUE(is_enveloped_cms("\x30\x80"s + enveloped + "\xA0\x80\x30\x00\0\0\0\0"s));
    EXPECT_TRUE(is_enveloped_cms("\x30\x82\x00\x10"s + enveloped + content));
    EXPECT_FALSE(is_enveloped_cms(sequence(signed_data + content)));
}

TEST(Cms, EverythingElseIsNot) {
    const std::string cases[] = {
        "",
        "the price is 42",
        "\x30",
        "\x30\x80",
        sequence(enveloped),
        sequence(enveloped + "\xA0"),
        sequence(enveloped + content) + "the price is 42",
        sequence(enveloped + content + "the price is 42"),
        sequence(content + enveloped),
        sequence("\x06\x7F\x2A"),
        "\x30\x85\0\0\0\0\x10"s + enveloped + content,
        "\x31\x10" + enveloped + content,
        sequence(enveloped + "\xA0\x00"s),
    };
    for (const auto& der : cases)
        EXPECT_FALSE(is_enveloped_cms(der)) << testing::PrintToString(der);
}

TEST(Cms, EveryCutIsRefused) {
    const auto whole = sequence(auth_enveloped + content);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(is_enveloped_cms(whole.substr(0, size))) << size;
}

} // namespace
} // namespace sealgate::keys
