// Which keys sign, as the log says.
#include "policy/audit/event.hpp"
#include "policy/proof/signing_keys.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ed25519_public_key key(unsigned char octet) {
    std::array<unsigned char, 32> seed{};
    seed.fill(octet);
    return ed25519_key(seed).public_key();
}

std::string start(const ed25519_public_key& signs) {
    return "{\"seq\":1," + start_event({}, "0.1.0", {}, {.signs = signs}) + "}";
}
std::string made(const ed25519_public_key& signs) { return "{\"seq\":1," + signing_key_event({}, signs) + "}"; }

TEST(SigningKeys, AreWhatStartsAndNewKeysSay) {
    EXPECT_EQ(signing_key_named_in(start(key(1))), key(1));
    EXPECT_EQ(signing_key_named_in(made(key(2))), key(2));
    for (const auto* line : {"", "{", "[]", R"({"event":"start"})", R"({"event":"signing-key","key":"AAAA"})",
                             R"({"event":"stop","key":"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="})",
                             R"({"outcome":"reject","reply":"\"event\":\"signing-key\""})"})
        EXPECT_FALSE(signing_key_named_in(line)) << line;
}

TEST(SigningKeys, SignFromTheRecordThatNamesThemToTheNextThatNamesAnother) {
    signing_keys keys;
    EXPECT_FALSE(keys.in_force_at(7));
    keys.follow(2, made(key(1)));
    keys.follow(3, start(key(1)));
    keys.follow(4, "{\"seq\":4,\"outcome\":\"deliver\"}");
    keys.follow(9, start(key(2)));
    ASSERT_EQ(keys.named().size(), 2u);
    EXPECT_FALSE(keys.in_force_at(1));
    EXPECT_EQ(keys.in_force_at(2)->key, key(1));
    EXPECT_EQ(keys.in_force_at(8)->key, key(1));
    EXPECT_EQ(keys.in_force_at(9)->record, 9u);
}

TEST(SigningKeys, ReplacedKeySignsNothingMore) {
    signing_keys keys;
    keys.follow(2, start(key(1)));
    keys.follow(9, start(key(2)));
    EXPECT_FALSE(keys.replaced_before(1, key(3))) << "the log does not tell yet";
    EXPECT_FALSE(keys.replaced_before(8, key(1)));
    EXPECT_FALSE(keys.replaced_before(8, key(2))) << "the record that names it could not be written at once";
    EXPECT_EQ(keys.replaced_before(8, key(3))->record, 2u);
    EXPECT_EQ(keys.replaced_before(9, key(1))->record, 9u);
    keys.follow(12, start(key(1)));
    EXPECT_FALSE(keys.replaced_before(12, key(1))) << "it came back";
    EXPECT_EQ(keys.replaced_before(12, key(2))->record, 12u);
}

TEST(SigningKeys, WitnessesWhoNameAnotherKeyAreToldTogetherAndBothKeysNamed) {
    const std::vector<key_witness> witnesses{{.who = "record 3 of the log", .key = key(1)},
                                             {.who = "checkpoint.pub", .key = key(2)},
                                             {.who = "checkpoint.key", .key = key(1)}};
    EXPECT_THAT(
        contradictions(witnesses, {.keys = {key(2)}, .who = "checkpoint.pub"}),
        ElementsAre(AllOf(HasSubstr("record 3 of the log and checkpoint.key name the signing key " + to_text(key(1))),
                          HasSubstr("checkpoint.pub names " + to_text(key(2))), HasSubstr("no signature is believed"))));
    EXPECT_THAT(contradictions(witnesses, {.keys = {key(1)}, .who = {}}),
                ElementsAre(AllOf(HasSubstr("checkpoint.pub names the signing key " + to_text(key(2))),
                                  HasSubstr("the key given is " + to_text(key(1))), HasSubstr("--key OLD --key NEW"))));
    EXPECT_THAT(contradictions(witnesses, {.keys = {key(3), key(4)}, .who = {}}), testing::SizeIs(2));
    EXPECT_THAT(contradictions(witnesses, {.keys = {key(1), key(2)}, .who = {}}), IsEmpty());
}

} // namespace
} // namespace sealgate::policy
