// Ciphertext is noise; what can be read is not, however it is written.
#include "keys/openpgp/noise.hpp"
#include "policy/base/base64.hpp"
#include "tests/keys/support/noise.hpp"

#include <gtest/gtest.h>

#include <iconv.h>
#include <string>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

std::string repeated(const std::string& what, std::size_t size) {
    std::string out;
    while (out.size() < size) out += what;
    return out.substr(0, size);
}

const auto prose = "The source is Jane Roe, and you can meet her at five in the old town of Berlin; bring cash. "s;

std::string in_charset(const char* charset, std::string utf8) {
    std::string out(utf8.size(), '\0');
    char *from = utf8.data(), *to = out.data();
    std::size_t from_left = utf8.size(), to_left = out.size();
    const iconv_t converter = iconv_open(charset, "UTF-8");
    iconv(converter, &from, &from_left, &to, &to_left);
    iconv_close(converter);
    EXPECT_EQ(from_left, 0U) << charset;
    return out.substr(0, out.size() - to_left);
}

// 384 octets in a charset of two octets a character.
const auto chinese =
    "北京时间今天下午三点，公司将在总部召开全体员工大会，讨论下一季度的工作计划和预算安排。请各部门负责人提前准备好相关材"
    "料，并于明天上午十点之前发送到我的邮箱。如果有任何问题，请随时与我联系。另外，关于上次会议提到的合同价格问题，我们已"
    "经与供应商达成一致，最终价格为四千二百万元，请不要告诉任何人。我们星期一在老火车站后面见面，请带上合同。不要打电话，"
    "看完以后把这封信烧掉。此致敬礼。"s;

TEST(Noise, RandomOctetsOfEveryLengthAreNoise) {
    for (unsigned seed = 0; seed < 2000; ++seed) EXPECT_TRUE(is_noise(test::noise(seed, seed))) << seed;
    EXPECT_TRUE(is_noise(test::noise(8 << 20)));
}

TEST(Noise, WhatCanBeReadIsNone) {
    std::string utf16, sprinkled, latin1;
    for (const char c : repeated(prose, 200)) {
        utf16 += "\0"s + c;
        sprinkled += c;
        if (sprinkled.size() % 16 == 0) sprinkled += '\x80';
        latin1 += c == 'e' ? '\xE9' : c;
    }
    struct {
        const char* why;
        std::string octets;
    } const cases[] = {
        {"English", prose},
        {"HTML", "<html><body><h1>The source is Jane Roe</h1><p>Meet at five.</p></body></html>"},
        {"Latin-1", latin1},
        {"Russian", repeated("Источник — Анна, встреча в пять часов вечера. ", 300)},
        {"Chinese in GBK", in_charset("GBK", chinese)},
        {"Chinese in UTF-16", in_charset("UTF-16LE", chinese)},
        {"a letter of 126 characters", in_charset("GBK", chinese).substr(0, 252)},
        {"a letter behind noise", test::noise(512) + in_charset("UTF-16BE", chinese).substr(0, 252)},
        {"Chinese", repeated("消息来源是王女士，五点钟在老城见面，请带现金。", 300)},
        {"UTF-16", utf16},
        {"text with a foreign octet here and there", sprinkled},
        {"base64", text::encode_base64(test::noise(100))},
        {"zeros", std::string(64, '\0')},
    };
    for (const auto& c : cases) EXPECT_FALSE(is_noise(c.octets)) << c.why;
}

TEST(Noise, ASentenceInTheMiddleOfNoiseIsFound) {
    for (const std::size_t before : {0, 1, 63, 64, 100, 1000, 1'000'000})
        EXPECT_FALSE(is_noise(test::noise(before) + prose + test::noise(before))) << before;
}

TEST(Noise, ShredsOfALetterBetweenNoiseAreFound) {
    for (const std::size_t size : {16, 20, 30, 40}) {
        std::string shreds;
        for (unsigned i = 0; i < 20; ++i) shreds += test::noise(60, i) + repeated(prose, 400).substr(i * 10, size);
        EXPECT_FALSE(is_noise(shreds)) << size;
    }
}

TEST(Noise, PiecesAreReadAsOne) {
    noise_meter meter;
    for (const char c : prose) meter.add({&c, 1});
    EXPECT_FALSE(meter.is_noise());
    EXPECT_TRUE(is_noise(""));
}

TEST(Noise, DigitsThatSpellWordsAreFound) {
    const std::string words =
        "dear+Bob/the+price+is+forty+two+million+tell+nobody+before+Monday/I+shall+meet+you+at+five\r\n"
        "behind+the+old+station+and+bring+the+contract+with+me/do+not+call/burn+this+when+you+have+read\r\n";
    EXPECT_TRUE(spells_text(words + words));
    EXPECT_TRUE(spells_text(text::encode_base64(test::noise(900)) + words.substr(0, 124))) << "the last lines";
    EXPECT_FALSE(spells_text(text::encode_base64(test::noise(1'000'000))));
    EXPECT_FALSE(spells_text("short"));
}

TEST(Noise, DigitsOfArmorMaySpellArmorAndNoWords) {
    std::string lines;
    const auto digits = text::encode_base64(test::noise(1'000'000));
    for (std::size_t at = 0; at < digits.size(); at += 64) lines += digits.substr(at, 64) + "\r\n";
    EXPECT_FALSE(spells_text(text::encode_base64(lines), digits_of::armor));
    EXPECT_TRUE(spells_text(text::encode_base64(lines)));
    EXPECT_TRUE(spells_text(repeated("dear/Bob/the/price/is/forty/two/million/tell/nobody/", 260), digits_of::armor));
}

} // namespace
} // namespace sealgate::keys
