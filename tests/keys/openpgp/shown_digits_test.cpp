// Which base64 digits of OpenPGP data can say something.
#include "keys/openpgp/shown_digits.hpp"
#include "policy/base/base64.hpp"
#include "tests/keys/support/noise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

std::string pkesk(const std::string& key_id) { return "\xC1\x5E\x03" + key_id + "\x12\x01\x07\x40" + test::noise(81); }

TEST(ShownDigits, AreAllWhereNoKeyIdIsHidden) {
    const auto octets = pkesk("12345678") + pkesk("87654321");
    EXPECT_EQ(without_hidden_ids(text::encode_base64(octets), octets), std::nullopt);
    EXPECT_EQ(without_hidden_ids("", ""), std::nullopt);
}

// Wherever the id stands within a group of three octets: the same again, since only zeros may be missing.
TEST(ShownDigits, AreLessThoseOfHiddenIdsAndNoOthers) {
    for (std::size_t before = 0; before < 3; ++before) {
        const auto octets =
            "\xCA\x03PGP"s + "\xD5" + static_cast<char>(before) + test::noise(before) + pkesk(std::string(8, '\0'));
        const auto digits = text::encode_base64(octets);
        const auto shown = without_hidden_ids(digits.substr(0, 20) + "\r\n" + digits.substr(20), octets);
        ASSERT_TRUE(shown);
        const auto gone = digits.size() - shown->size();
        EXPECT_GE(gone, 9u) << before;
        EXPECT_LE(gone, 10u) << before;
        const auto at = static_cast<std::size_t>(std::ranges::mismatch(digits, *shown).in1 - digits.begin());
        EXPECT_EQ(digits.substr(at, gone), std::string(gone, 'A')) << before;
        EXPECT_EQ(digits.substr(at + gone), shown->substr(at)) << before;
    }
}

TEST(ShownDigits, AreThoseOfZerosElsewhere) {
    const auto in_the_value = "\xC1\x5E\x03" + "12345678\x12"s + std::string(84, '\0');
    EXPECT_EQ(without_hidden_ids(text::encode_base64(in_the_value), in_the_value), std::nullopt);
    const auto of_version_2 = "\xC1\x5E\x02" + std::string(92, '\0');
    EXPECT_EQ(without_hidden_ids(text::encode_base64(of_version_2), of_version_2), std::nullopt);
}

} // namespace
} // namespace sealgate::keys
