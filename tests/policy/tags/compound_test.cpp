// A sensitive tag tied to other words in brackets is nearly a tag, unless what stands beside it says otherwise.
#include "policy/tags/compound.hpp"
#include "tests/policy/tags/near_misses.hpp"

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;

policy with_secret() {
    auto rules = example_policy();
    rules.classifications[2].tags.emplace_back("secret");
    return rules;
}

TEST(Compound, ATiedTagIsNoticed) {
    expect_near(with_secret(), {{"[TOP-SECRET-2] merger", "[secret]", "[TOP-SECRET-2]"},
                                {"[Company-Confidential] x", "[confidential]", "[Company-Confidential]"},
                                {"[ACME_Confidential] x", "[confidential]", "[ACME_Confidential]"},
                                {"[hr-confidential]", "[confidential]"},
                                {"[Vertraulich-Intern]", "[vertraulich]"},
                                {"[SEC=SECRET]", "[secret]"},
                                {"[class=confidential]", "[confidential]"},
                                {"[class:confidential]", "[confidential]"},
                                {"[confidential&internal]", "[confidential]"},
                                {"[confidential/internal]", "[confidential]"},
                                {"[confidential+]", "[confidential]"},
                                {"[confidential2026]", "[confidential]"},
                                {"[2026confidential]", "[confidential]"},
                                {"[confidential-2026]", "[confidential]"},
                                {"[CONFIDENTIAL-2026]", "[confidential]"},
                                {"[confid.]", "[confidential]"},
                                {"[confidential.]", "[confidential]"},
                                {"[topsecret-x]", "[TOP-SECRET]"},
                                {"[hrconfidential]", "[confidential]"},
                                {"(hr-confidential)", "[confidential]"}});
}

TEST(Compound, WhatTakesItBackOrNamesSomethingElseIsClean) {
    expect_clean(with_secret(),
                 {"[non-confidential] x", "[not confidential]", "[NOT-CONFIDENTIAL]", "[nicht vertraulich]",
                  "[nicht-vertraulich]", "[un-confidential]", "[confidential-list] digest", "[secret-tools] release",
                  "[SECRET-7] rotate", "[SECRET_OPS-12] rotate", "[INTERNAL-345] door", "[internal-tools]",
                  "[confidential-computing]", "[conf.]", "[secretary]", "[confidentiality]", "[unvertraulich]"});
}

TEST(Compound, ASlipTiedToAWordIsNoticedInOurOwnBrackets) {
    expect_near(with_secret(), {{"[HR-confidental]", "[confidential]"},
                                {"[confidental-HR]", "[confidential]"},
                                {"[Personal-Vertaulich]", "[vertraulich]"},
                                {"[class=confidental]", "[confidential]"},
                                {"[HR-vertrauliches]", "[vertraulich]"}});
    expect_clean(with_secret(), {"(HR-confidental)"});
}

TEST(Compound, OnlyWhatSaysNoTakesItBack) {
    expect_near(with_secret(), {{"[DE confidential]", "[confidential]"},
                                {"[DE-confidential]", "[confidential]"},
                                {"[UN CONFIDENTIAL]", "[confidential]"},
                                {"[UN-CONFIDENTIAL]", "[confidential]"},
                                {"[NO-confidential]", "[confidential]"},
                                {"[NE confidential]", "[confidential]"},
                                {"[Nu vertraulich]", "[vertraulich]"},
                                {"[un secret]", "[secret]"},
                                {"[external: no, confidential: yes]", "[confidential]"},
                                {"[Copy: no / Confidential]", "[confidential]"},
                                {"[Forward? No! Confidential]", "[confidential]"},
                                {"[confidential-board] minutes", "[confidential]", "[confidential-board]"},
                                {"[confidential-team] minutes", "[confidential]", "[confidential-team]"},
                                {"[any longer confidential]", "[confidential]"}});
    expect_clean(with_secret(), {"[no longer confidential]", "[nicht mehr vertraulich]", "[formerly confidential]",
                                 "[Secret Santa] party", "(Secret Santa)", "[Confidential Computing] agenda", "(client secret)",
                                 "[secret-scanning]", "[no confidential]", "[un-secret]"});
}

TEST(Compound, AVoteIsSecretAndNoSecret) {
    auto rules = with_secret();
    rules.classifications[2].tags.emplace_back("geheim");
    expect_clean(rules, {"Abstimmung (geheim)", "Election of the board: ballot (secret)"});
    expect_near(rules, {{"Planung (geheim)", "[geheim]", "(geheim)"}, {"Wahl [geheime]", "[geheim]", "[geheime]"}});
}

TEST(Compound, TicketKeysHaveCapitalsAndANumberThatIsNoYear) {
    for (const auto* key : {"SECRET-7", "ABC-12345", "A1_B-3"}) EXPECT_TRUE(is_ticket_key(key)) << key;
    for (const auto* other : {"secret-7", "SECRET-2026", "SECRET-", "-7", "S-7a", "Secret-7", "1A-7", "SECRET7"})
        EXPECT_FALSE(is_ticket_key(other)) << other;
}

TEST(Compound, SomethingLongIsReadInTime) {
    std::string many = "[";
    for (int i = 0; i < 100'000; ++i) many += "a-";
    (void)find_tags(with_secret(), subject(many + "confidential]"));
    (void)find_tags(with_secret(), subject(many + "]" + many));
}

} // namespace
