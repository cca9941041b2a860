// Notes as C2SP has them: its own example, what we sign, and what is none.
#include "policy/base/base64.hpp"
#include "policy/proof/signed_note.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const ed25519_key ours(std::array<unsigned char, 32>{1}), other(std::array<unsigned char, 32>{2});
const std::vector known{ours.public_key()};
constexpr std::string_view name = "mx1.example.org/sealgate";
const std::string text = "mx1.example.org/sealgate\n7\n" + text::encode_base64(std::string(32, 'r')) + "\n";

// The specification's example.
TEST(SignedNote, TheSpecificationsExampleIsGenuine) {
    const auto key = parse_verifier_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    ASSERT_TRUE(key) << key.error();
    EXPECT_EQ(key->name, "example.com/foo");
    const std::string note = "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
                             "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const auto opened = open_note(note, std::vector{key->key});
    ASSERT_TRUE(opened) << opened.error();
    EXPECT_EQ(opened->text, "This is an example message.\n");
    EXPECT_EQ(verifier_key(key->name, key->key), "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
}

TEST(SignedNote, WhatIsSignedOpens) {
    const auto note = sign_note(text, name, ours);
    const auto opened = open_note(note, known);
    ASSERT_TRUE(opened) << opened.error();
    EXPECT_EQ(opened->text, text);
    EXPECT_EQ(opened->name, name);
    EXPECT_EQ(opened->key, ours.public_key());
    EXPECT_THAT(note, HasSubstr("\n\n\xE2\x80\x94 mx1.example.org/sealgate "));
}

TEST(SignedNote, SignaturesByOthersArePassedOver) {
    auto note = sign_note(text, name, other);
    EXPECT_THAT(open_note(note, known).error(), HasSubstr("not signed by the key"));
    const auto mine = sign_note(text, name, ours);
    note += mine.substr(mine.rfind("\n\n") + 2);
    EXPECT_TRUE(open_note(note, known));
}

TEST(SignedNote, EveryChangedOctetIsFound) {
    const auto note = sign_note(text, name, ours);
    for (std::size_t i = 0; i < note.size(); ++i) {
        auto changed = note;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(open_note(changed, known)) << i;
        EXPECT_FALSE(open_note(note.substr(0, i), known)) << i;
    }
}

TEST(SignedNote, WhatIsNoneIsRefused) {
    for (const std::string none :
         {"", "\n", "\n\n", "text\n", "text\n\n", "text\n\nno signature\n", "text\n\n\xE2\x80\x94 name\n",
          "text\n\n\xE2\x80\x94 na+me AAAA\n", "te\rxt\n\n\xE2\x80\x94 name AAAAAAAAAA==\n", "\xFF\n\n\n"})
        EXPECT_FALSE(open_note(none, known)) << none;
    std::string many = text + "\n";
    const auto one = sign_note(text, name, other);
    for (int i = 0; i < 1000; ++i) many += one.substr(one.rfind("\n\n") + 2);
    EXPECT_FALSE(open_note(many, known));
    for (const auto* none :
         {"", "name", "name+530d903a", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
          "a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "name+00000000+AAAA"})
        EXPECT_FALSE(parse_verifier_key(none)) << none;
}

TEST(SignedNote, ATreeHeadHasOneForm) {
    const tree_head head{.origin = std::string(name), .leaves = 7, .root = leaf_hash("x")};
    EXPECT_EQ(parse_tree_head(to_text(head)).value(), head);
    const auto root = text::encode_base64(std::string(32, 'r'));
    for (const auto& none : std::vector<std::string>{"", "\n", "a\n7\n", "a\n07\n" + root + "\n", "a\n+7\n" + root + "\n",
                                                     "a\n7\n" + root, "a\n7\n" + root + "\nmore\n", "\n7\n" + root + "\n",
                                                     "a\n99999999999999999999\n" + root + "\n", "a\n7\nAAAA\n"})
        EXPECT_FALSE(parse_tree_head(none)) << none;
}

} // namespace
} // namespace sealgate::policy
