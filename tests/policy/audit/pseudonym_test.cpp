// Addresses in the log: in clear, hashed, put back.
#include "policy/audit/pseudonym.hpp"

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

TEST(Pseudonyms, AreAskedForInBothFormsSinceTheConfigurationMayHaveChanged) {
    const auto bob = parse_address("bob@example.org");
    const auto hash = keyed.of(bob);
    for (const auto* one : {&keyed, &keyed_local})
        EXPECT_THAT(one->all_of(bob), testing::ElementsAre(hash, hash + "@example.org"));
    EXPECT_THAT(keyed_local.all_of(parse_address("root")), testing::ElementsAre(keyed.of(parse_address("root"))));
    EXPECT_THAT(keyed.all_of(parse_address("<>")), testing::IsEmpty());
    EXPECT_THAT(pseudonyms().all_of(bob), testing::ElementsAre("bob@example.org"));
}

// RFC 4231 section 4.3.
TEST(Pseudonyms, HashIsHmacSha256) {
    EXPECT_EQ(pseudonyms(address_form::keyed, "Jefe").of_text("what do ya want for nothing?"),
              "hmac-5bdcc146bf60754e6a042426089575c7");
}

TEST(Pseudonyms, SystemUserStaysInClearUnlessTheNameIsAnAddress) {
    EXPECT_EQ(keyed.of_user("root"), "root");
    EXPECT_EQ(keyed.of_user("Ann@example.org"), keyed.of(parse_address("ann@example.org")));
    EXPECT_EQ(pseudonyms().of_user("ann@example.org"), "ann@example.org");
}

TEST(Pseudonyms, AreToldFromOtherText) {
    const auto hash = keyed.of(parse_address("bob@example.org"));
    EXPECT_TRUE(is_pseudonym(hash));
    EXPECT_TRUE(is_pseudonym(hash + "@example.org"));
    for (const auto& other : {std::string("hmac-"), std::string("hmac-bob@example.org"), hash + "0", hash.substr(1),
                              "hmac-" + std::string(32, 'g')})
        EXPECT_FALSE(is_pseudonym(other)) << other;
}

// What a log says of the key that its addresses are hashed under, and what of a decision follows from it.
TEST(AddressKeyInUse, IsToldByEachStart) {
    const pseudonyms other(address_form::keyed, "another key");
    const auto start = [](const std::string& id) {
        boost::json::object record{{"event", "start"}};
        if (!id.empty()) record["address_key"] = id;
        return record;
    };
    const boost::json::object hashed{{"sender", keyed.of(parse_address("bob@example.org"))}};
    const boost::json::object hashed_recipient{{"sender", "a@b"},
                                               {"recipients", {{{"address", keyed_local.of(parse_address("b@c.org"))}}}}};
    const boost::json::object in_clear{{"sender", "a@b"}, {"recipients", {{{"address", "c@d"}}}}};
    EXPECT_EQ(keyed.key_id().size(), 16u);
    EXPECT_EQ(keyed.key_id(), keyed_local.key_id());
    EXPECT_EQ(pseudonyms().key_id(), "");

    address_key_in_use at_hand(keyed.key_id());
    EXPECT_EQ(at_hand.fit_for(hashed), key_fit::unknown);
    at_hand.see(start(other.key_id()));
    EXPECT_EQ(at_hand.fit_for(hashed), key_fit::another);
    EXPECT_EQ(at_hand.fit_for(hashed_recipient), key_fit::another);
    EXPECT_EQ(at_hand.fit_for(in_clear), key_fit::fits);
    at_hand.see({{"event", "reload"}});
    EXPECT_EQ(at_hand.fit_for(hashed), key_fit::another);
    at_hand.see(start(keyed.key_id()));
    EXPECT_EQ(at_hand.fit_for(hashed), key_fit::fits);
    at_hand.see(start(""));
    EXPECT_EQ(at_hand.fit_for(hashed), key_fit::unknown);

    address_key_in_use none("");
    EXPECT_EQ(none.fit_for(hashed), key_fit::another);
    EXPECT_EQ(none.fit_for(in_clear), key_fit::fits);
}

TEST(WaysOfNaming, AreKeysAndFormsAndClearAddresses) {
    const auto bob = keyed.of(parse_address("bob@x.org")), eve = keyed.of(parse_address("eve@x.org"));
    using seen = std::vector<std::pair<std::string, std::string>>;
    for (const auto& [values, number] :
         {std::pair(seen{}, 0u), std::pair(seen{{bob, "1"}, {eve, "1"}, {"-", "1"}}, 1u),
          std::pair(seen{{bob, "1"}, {eve + "@x.org", "1"}}, 1u), std::pair(seen{{bob, "1"}, {bob + "@x.org", "1"}}, 2u),
          std::pair(seen{{bob, "1"}, {bob, "2"}, {bob, ""}}, 3u), std::pair(seen{{"bob@x.org", ""}, {"eve@x.org", "1"}}, 1u),
          std::pair(seen{{"bob@x.org", ""}, {bob, "1"}}, 2u)}) {
        ways_of_naming ways;
        for (const auto& [who, key] : values) ways.see(who, key);
        EXPECT_EQ(ways.number(), number) << (values.empty() ? "" : values.back().first);
    }
}

TEST(Pseudonyms, RevealFindsThemAmongOtherWords) {
    const auto hash = keyed.of(parse_address("bob@example.org"));
    for (const auto& [logged, told] :
         {std::pair(hash + " as root", "bob@example.org as root"),
          std::pair(hash + "@example.org as root", "bob@example.org as root"),
          std::pair("ann as " + hash, "ann as bob@example.org"),
          std::pair(hash + " as " + hash, "bob@example.org as bob@example.org"), std::pair(std::string("hmac-"), "hmac-")}) {
        boost::json::value record{{"user", logged}};
        hash_set met;
        reveal(record, {{hash, "bob@example.org"}}, met);
        EXPECT_EQ(met.size(), logged == "hmac-" ? 0u : 1u);
        EXPECT_EQ(record.at("user").as_string(), told);
    }
}

TEST(Pseudonyms, RevealPutsBackWhoIsKnownAndLeavesTheOthers) {
    const auto bob = keyed.of(parse_address("bob@example.org"));
    const auto eve = keyed.of(parse_address("eve@example.org"));
    boost::json::value record{
        {"sender", bob + "@example.org"}, {"recipients", {{{"address", bob}}, {{"address", eve}}}}, {"n", 1}};
    hash_set met;
    reveal(record, {{bob, "bob@example.org"}}, met);
    EXPECT_THAT(met, testing::ElementsAre(bob));
    EXPECT_EQ(boost::json::serialize(record),
              R"({"sender":"bob@example.org","recipients":[{"address":"bob@example.org"},{"address":")" + eve +
                  R"("}],"n":1})");
}

} // namespace
} // namespace sealgate::policy
