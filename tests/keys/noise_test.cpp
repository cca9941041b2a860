#include "keys/noise.hpp"
#include "policy/base/base64.hpp"
#include "tests/keys/noise.hpp"

#include <gtest/gtest.h>

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
    EXPECT_FALSE(spells_text(text::encode_base64(test::noise(1'000'000))));
    EXPECT_FALSE(spells_text("short"));
}

} // namespace
} // namespace sealgate::keys
