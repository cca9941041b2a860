#include "policy/pseudonym.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::MatchesRegex;

const pseudonyms keyed(address_form::keyed, "a key");
const pseudonyms keyed_local(address_form::keyed_local, "a key");

TEST(Pseudonyms, ClearAddressesStayAsTheyAre) {
    EXPECT_EQ(pseudonyms().of(parse_address("<Bob@Example.ORG>")), "Bob@example.org");
    EXPECT_EQ(pseudonyms().of(parse_address("bob")), "bob");
    EXPECT_EQ(pseudonyms().of_text("Bob"), "Bob");
}

TEST(Pseudonyms, HashTellsNothingAndIsTheSameForTheSameAddress) {
    const auto hash = keyed.of(parse_address("bob@example.org"));
    EXPECT_THAT(hash, MatchesRegex("hmac-[0-9a-f]+"));
    EXPECT_EQ(hash.size(), 37u);
    EXPECT_EQ(keyed.of(parse_address("<BOB@example.org.>")), hash);
    EXPECT_NE(keyed.of(parse_address("rob@example.org")), hash);
    EXPECT_NE(pseudonyms(address_form::keyed, "another key").of(parse_address("bob@example.org")), hash);
    EXPECT_EQ(keyed_local.of(parse_address("bob@example.org")), hash + "@example.org");
    EXPECT_EQ(keyed.of(parse_address("<>")), "") << "nobody is nobody";
    EXPECT_EQ(keyed.of_text(""), "");
}

// RFC 4231 section 4.3.
TEST(Pseudonyms, HashIsHmacSha256) {
    EXPECT_EQ(pseudonyms(address_form::keyed, "Jefe").of_text("what do ya want for nothing?"),
              "hmac-5bdcc146bf60754e6a042426089575c7");
}

TEST(Pseudonyms, RevealPutsBackWhoIsKnownAndLeavesTheOthers) {
    const auto bob = keyed.of(parse_address("bob@example.org"));
    const auto eve = keyed.of(parse_address("eve@example.org"));
    boost::json::value record{
        {"sender", bob + "@example.org"}, {"recipients", {{{"address", bob}}, {{"address", eve}}}}, {"n", 1}};
    reveal(record, {{bob, "bob@example.org"}});
    EXPECT_EQ(boost::json::serialize(record),
              R"({"sender":"bob@example.org","recipients":[{"address":"bob@example.org"},{"address":")" + eve +
                  R"("}],"n":1})");
}

} // namespace
} // namespace sealgate::policy
