#include "policy/base/base64.hpp"
#include "policy/checkpoint.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;

std::array<unsigned char, 32> seed(unsigned char octet) {
    std::array<unsigned char, 32> out{};
    out.fill(octet);
    return out;
}

const ed25519_key ours(seed(7));
const checkpoint somewhere{.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'764'000'000'123)),
                           .end = {.last_seq = 1200, .last_hash = std::string(64, 'a')}};

// RFC 8032 section 7.1, test 1.
TEST(Ed25519, SignsAsTheStandardSays) {
    const auto key = ed25519_key::from_pem("-----BEGIN PRIVATE KEY-----\n"
                                           "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                           "-----END PRIVATE KEY-----\n");
    ASSERT_TRUE(key);
    EXPECT_EQ(to_text(key->public_key()), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    EXPECT_EQ(text::encode_base64(key->sign("")),
              "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw==");
    EXPECT_TRUE(verifies(key->public_key(), "", key->sign("")));
    EXPECT_FALSE(verifies(key->public_key(), "x", key->sign("")));
    EXPECT_EQ(ed25519_key::from_pem(key->to_pem())->public_key(), key->public_key());
}

TEST(Ed25519, PublicKeyIsReadAsBase64AndAsPem) {
    const auto key = ours.public_key();
    EXPECT_EQ(parse_ed25519_public_key(" " + to_text(key) + "\n"), key);
    EXPECT_EQ(
        parse_ed25519_public_key("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                                 "-----END PUBLIC KEY-----\n"),
        parse_ed25519_public_key("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
    for (const auto* bad : {"", "AAAA", "-----BEGIN PUBLIC KEY-----\n", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=="})
        EXPECT_FALSE(parse_ed25519_public_key(bad)) << bad;
    EXPECT_FALSE(ed25519_key::from_pem("no key"));
}

TEST(Checkpoint, IsReadAsItWasWritten) {
    const auto line = checkpoint_line(somewhere, ours);
    EXPECT_EQ(read_checkpoint(line, ours.public_key()), somewhere);
    EXPECT_THAT(line, HasSubstr("\"seq\":1200,"));
    EXPECT_THAT(read_checkpoint(line, ed25519_key(seed(8)).public_key()).error(), HasSubstr("another key"));
}

TEST(Checkpoint, EveryChangedOctetIsFound) {
    const auto line = checkpoint_line(somewhere, ours);
    for (std::size_t at = 0; at < line.size(); ++at) {
        for (const char bit : {char{1}, char{2}, char{32}}) {
            auto changed = line;
            changed[at] = static_cast<char>(changed[at] ^ bit);
            EXPECT_FALSE(read_checkpoint(changed, ours.public_key())) << changed;
        }
        EXPECT_FALSE(read_checkpoint(line.substr(0, at), ours.public_key()));
    }
}

} // namespace
} // namespace sealgate::policy
