// Checkpoints are signed, and a changed one is known.
#include "policy/base/base64.hpp"
#include "policy/proof/checkpoint.hpp"

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
const ed25519_key theirs(seed(8));
const std::vector our_key{ours.public_key()};
const std::vector both{theirs.public_key(), ours.public_key()};

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
    const signed_checkpoint as_signed{.at = somewhere, .key = ours.public_key()};
    EXPECT_EQ(*read_checkpoint(line, our_key), as_signed);
    EXPECT_EQ(*read_checkpoint(line, both), as_signed);
    EXPECT_THAT(line, HasSubstr("\"seq\":1200,"));
}

TEST(Checkpoint, ChangedLineEndIsToldAsWhatItIs) {
    const auto line = checkpoint_line(somewhere, ours);
    EXPECT_EQ(read_checkpoint(line + "\r", our_key).error().text, ends_in_crlf);
    EXPECT_EQ(read_checkpoint(line + "\r\r", our_key).error().text, "is no checkpoint of this log's form");
}

TEST(Checkpoint, OfAnotherKeyIsToldWithTheKey) {
    const auto read = read_checkpoint(checkpoint_line(somewhere, theirs), our_key);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().other_key, theirs.public_key());
    EXPECT_EQ(read.error().text, "was signed by another key, " + to_text(theirs.public_key()));
}

// Whoever's key it names, and however many we know: its own signature tells.
TEST(Checkpoint, ThatWasChangedIsToldSoWhicheverKeyItNames) {
    for (const auto* key : {&ours, &theirs}) {
        auto line = checkpoint_line(somewhere, *key);
        line[line.find("1200")] = '2';
        for (const auto* known : {&our_key, &both}) {
            const auto read = read_checkpoint(line, *known);
            ASSERT_FALSE(read);
            EXPECT_EQ(read.error().text, "was changed: its signature does not fit its content");
            EXPECT_FALSE(read.error().other_key);
        }
    }
}

TEST(Checkpoint, EveryChangedOctetIsFound) {
    const auto line = checkpoint_line(somewhere, ours);
    for (std::size_t at = 0; at < line.size(); ++at) {
        for (const char bit : {char{1}, char{2}, char{32}}) {
            auto changed = line;
            changed[at] = static_cast<char>(changed[at] ^ bit);
            EXPECT_FALSE(read_checkpoint(changed, our_key)) << changed;
        }
        EXPECT_FALSE(read_checkpoint(line.substr(0, at), our_key));
    }
}

checkpoint with_tree() {
    auto out = somewhere;
    out.tree =
        record_tree{.first = 201, .head = {.origin = "mx1.example.org/sealgate/201", .leaves = 1000, .root = leaf_hash("x")}};
    return out;
}

TEST(Checkpoint, ItsTreeIsSignedAsANoteToo) {
    const auto line = checkpoint_line(with_tree(), ours);
    const auto read = read_checkpoint(line, both);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(read->at, with_tree());
    const auto note = open_note(read->note, our_key);
    ASSERT_TRUE(note) << note.error();
    EXPECT_EQ(parse_tree_head(note->text).value(), with_tree().tree->head);
    EXPECT_EQ(note->name, "mx1.example.org/sealgate/201");
}

TEST(Checkpoint, EveryChangedOctetOfOneWithATreeIsFound) {
    const auto line = checkpoint_line(with_tree(), ours);
    for (std::size_t i = 0; i < line.size(); ++i) {
        auto changed = line;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(read_checkpoint(changed, both)) << i;
    }
}

// Whoever has the key could sign such a line; what its note does not say proves no record.
TEST(Checkpoint, ATreeThatDoesNotFitToItsRecordsIsNone) {
    const auto refused = [](auto change) {
        auto one = with_tree();
        change(*one.tree);
        return !read_checkpoint(checkpoint_line(one, ours), both);
    };
    EXPECT_TRUE(refused([](record_tree& tree) { tree.head.leaves = 999; }));
    EXPECT_TRUE(refused([](record_tree& tree) { tree.first = 0; }));
    EXPECT_TRUE(refused([](record_tree& tree) { tree.first = 1201, tree.head.leaves = 0; }));
    EXPECT_TRUE(refused([](record_tree& tree) { tree.head.origin = "two words"; }));
}

} // namespace
} // namespace sealgate::policy
