// policy.yaml: every key, every error with its place.
#include "policy/crypto/digest.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> errors_of(const std::string& text, files more = {}) {
    more["p/policy.yaml"] = text;
    std::vector<std::string> out;
    if (const auto loaded = load_policy("p/policy.yaml", reader_of(more)); !loaded)
        for (const auto& problem : loaded.error()) out.push_back(problem.to_string());
    return out;
}

TEST(LoadPolicy, ReadsTheExample) {
    const auto rules = load_or_fail(example_policy);
    EXPECT_EQ(rules.organisation, "Example Org");
    ASSERT_EQ(rules.classifications.size(), 3u);
    EXPECT_EQ(rules.classifications[2].tags, (std::vector<std::string>{"confidential", "vertraulich", "confidentiel"}));
    EXPECT_EQ(rules.untagged, rank{1});
    EXPECT_EQ(rules.carriers.subject.at(0).before, "[");
    EXPECT_EQ(rules.carriers.sensitivity.at("Private"), rank{2});
    EXPECT_EQ(rules.tiers.size(), 6u);
    EXPECT_EQ(rules.rules[0].archive.at(0).key(), "archive@example.org");
    EXPECT_EQ(rules.rules[1].cells[rules.tiers.unknown()], action::warn);
    EXPECT_EQ(rules.rules[2].cells[rules.tiers.organisation()], action::deliver);
    EXPECT_EQ(rules.rules[2].cells[rules.tiers.unknown()], action::encrypt);
    EXPECT_EQ(rules.channels[0].by_tier[0].second, (std::vector<std::string>{"Signal", "Jitsi"}));
    EXPECT_EQ(rules.notices.once_per, std::chrono::hours(24));
    EXPECT_EQ(rules.digest, "sha256:" + sha256_hex(example_policy));
}

TEST(LoadPolicy, TheShortestKeysAreThePolicys) {
    const auto with_minimum = [](const std::string& value) {
        return with(example_policy, "  always_to: []", "  minimum: " + value + "\n  always_to: []");
    };
    EXPECT_EQ(load_or_fail(example_policy).encryption.minimum.rsa, 2048u);
    EXPECT_EQ(load_or_fail(example_policy).encryption.minimum.elgamal, 2048u);
    EXPECT_EQ(load_or_fail(with_minimum("{rsa: 3072}")).encryption.minimum.rsa, 3072u);
    EXPECT_EQ(load_or_fail(with_minimum("{rsa: 3072}")).encryption.minimum.elgamal, 2048u);
    EXPECT_EQ(load_or_fail(with_minimum("{elgamal: 1024}")).encryption.minimum.elgamal, 1024u);
    EXPECT_THAT(errors_of(with_minimum("{elgamall: 1024}")), testing::Contains(HasSubstr("did you mean \"elgamal\"?")));
    EXPECT_THAT(errors_of(with_minimum("{rsa: 20480}")), testing::Contains(HasSubstr("no key has more than 16384 bits")));
    EXPECT_FALSE(errors_of(with_minimum("{rsa: short}")).empty());
    EXPECT_FALSE(errors_of(with_minimum("2048")).empty());
}

TEST(LoadPolicy, WhichKeysMayBeSealedToIsThePolicys) {
    const auto with_keys = [](const std::string& value) {
        return with(example_policy, "  always_to: []", "  keys: " + value + "\n  always_to: []");
    };
    using enum key_source;
    EXPECT_EQ(load_or_fail(example_policy).encryption.keys, (std::vector{own, wkd, vks}));
    EXPECT_EQ(load_or_fail(with_keys("[own]")).encryption.keys, std::vector{own});
    EXPECT_EQ(load_or_fail(with_keys("own")).encryption.keys, std::vector{own});
    EXPECT_EQ(load_or_fail(with_keys("[hkp, own, attached, own]")).encryption.keys, (std::vector{own, hkp, attached}));
    EXPECT_THAT(errors_of(with_keys("[own, wdk]")), testing::Contains(HasSubstr("did you mean \"wkd\"?")));
    EXPECT_THAT(errors_of(with_keys("[wkd]")), testing::Contains(HasSubstr("own must be among them")));
    EXPECT_FALSE(errors_of(with_keys("{own: true}")).empty());
    EXPECT_FALSE(errors_of(with_keys("[]")).empty());
}

TEST(LoadPolicy, IncludesAreReadBesideThePolicyAndCoveredByTheDigest) {
    const auto text = with(example_policy, "[yahoo.com, hotmail.com, outlook.com]}", "[yahoo.com], include: list.txt}");
    const files all{{"p/policy.yaml", text}, {"p/list.txt", "# webmail\nhotmail.com # since 1996\n\n .live.com \r\n"}};
    const auto rules = load_policy("p/policy.yaml", reader_of(all));
    ASSERT_TRUE(rules);
    const auto unsecure = *rules->tiers.find("unsecure");
    EXPECT_EQ(rules->tiers.tier_of(parse_address("a@hotmail.com")), unsecure);
    EXPECT_EQ(rules->tiers.tier_of(parse_address("a@x.live.com")), unsecure);
    EXPECT_EQ(rules->digest, "sha256:" + sha256_hex(text + all.at("p/list.txt")));
}

// Lists ship with the program, and are read from there unless the organisation has one of that name.
TEST(LoadPolicy, AListThatIsNotBesideThePolicyIsOneThatShips) {
    const auto text = with(example_policy, "[yahoo.com, hotmail.com, outlook.com]}", "[yahoo.com], include: list.txt}");
    const std::string shipped = "/usr/share/sealgate/list.txt", own = "p/list.txt";
    const auto load = [&](const files& all, const std::vector<std::string>& names) {
        files with_policy(all);
        with_policy["p/policy.yaml"] = text;
        return load_policy("p/policy.yaml", reader_of(with_policy),
                           [&](const auto& path) { return path == "p/" ? std::optional(names) : std::nullopt; });
    };
    const auto from_shipped = load({{shipped, "hotmail.com\n"}}, {"policy.yaml"});
    ASSERT_TRUE(from_shipped);
    EXPECT_EQ(from_shipped->lists, std::vector{shipped});
    EXPECT_EQ(from_shipped->digest, "sha256:" + sha256_hex(text + "hotmail.com\n"));
    const auto from_own = load({{shipped, "hotmail.com\n"}, {own, "live.com\n"}}, {"policy.yaml", "list.txt"});
    ASSERT_TRUE(from_own);
    EXPECT_EQ(from_own->lists, std::vector{own});
    EXPECT_EQ(from_own->tiers.tier_of(parse_address("a@hotmail.com")), from_own->tiers.unknown());

    const auto nowhere = load({}, {"policy.yaml"});
    ASSERT_FALSE(nowhere);
    EXPECT_THAT(nowhere.error().at(0).to_string(), HasSubstr("there is no p/list.txt, and " + shipped + ": cannot be read"));
    // One that is there and cannot be read is an error, not a reason to take another.
    const auto unreadable = load({{shipped, "hotmail.com\n"}}, {"policy.yaml", "list.txt"});
    ASSERT_FALSE(unreadable);
    EXPECT_THAT(unreadable.error().at(0).to_string(), HasSubstr("cannot include p/list.txt: cannot be read"));
}

struct error_case {
    const char* from;
    const char* to;
    const char* error;
};

TEST(LoadPolicy, EveryMistakeIsToldWithItsPlace) {
    const error_case cases[] = {
        {"near_miss: reject", "near_mis: reject", "9:1: unknown key \"near_mis\" in \"policy\"; did you mean \"near_miss\"?"},
        {"near_miss: reject", "near_miss: rejct",
         "9:12: \"rejct\" is none of: ignore, warn, hold, reject; did you mean \"reject\"?"},
        {"near_miss: reject", "near_miss: reject\nnear_miss: hold",
         "10:1: \"near_miss\" stands here a second time; the first is in line 9"},
        {"near_miss: reject", "near_miss: reject\ndowngrade: rase",
         "10:12: \"rase\" is none of: ignore, warn, raise, reject; did you mean \"raise\"?"},
        {"near_miss: reject", "near_miss: reject\ndowngarde: warn",
         "10:1: unknown key \"downgarde\" in \"policy\"; did you mean \"downgrade\"?"},
        {"untagged: internal", "untagged: intrnal", "8:11: there is no classification \"intrnal\"; did you mean \"internal\"?"},
        {"{organisation: deliver, default: encrypt}", "{organisatoin: deliver, default: encrypt}",
         "22:18: there is no tier \"organisatoin\"; did you mean \"organisation\"?"},
        {"{organisation: deliver, default: encrypt}", "{organisation: deliver}",
         "22:3: \"rules.confidential\" has no cell for the tier \"secure\" and no default"},
        {"default: encrypt}", "default: encrpyt}",
         "22:50: \"encrpyt\" is none of: deliver, warn, encrypt, require, hold, reject; did you mean \"encrypt\"?"},
        {"  confidential: {organisation: deliver, default: encrypt}\n", "", "20:3: \"confidential\" is missing in \"rules\""},
        {"tags: [public]", "tags: [public, Internal]", "6:33: the tag \"internal\" is used already"},
        {"tags: [public]", "tags: public: x", "this is not YAML"},
        {"domains: [example.org]", "domains: [\"*.example.org\"]", "3:13: \"*.example.org\" is no domain"},
        {"domains: [yahoo.com,", "domains: [gmail.com,", "18:27: \"gmail.com\" is listed already, as better"},
        {"[\"[{tag}]\"]", "[\"{tag}\"]", "a bare {tag} would match any word"},
        {"[\"[{tag}]\"]", "[\"[tag]\"]", "needs {tag} once"},
        {"archive: [archive@example.org]", "archive: [archive]", "\"archive\" is no complete address"},
        {"default: encrypt}", "default: encrypt, archive: [a@gmail.com]}",
         "the archive a@gmail.com is of the tier better, whose cell says encrypt"},
        {"accept_smime: true", "accept_smime: yes", "27:17: expected true or false, found \"yes\""},
        {"partial: seal", "partial: sael", "26:12: \"sael\" is none of: seal, reject; did you mean \"seal\"?"},
        {"partial: seal", "parital: seal", "26:3: unknown key \"parital\" in \"encryption\"; did you mean \"partial\"?"},
        {"once_per: 24h", "once_per: daily", "expected a duration such as 24h"},
        {"{secure: [Signal, Jitsi],", "{secur: [Signal, Jitsi],", "there is no tier \"secur\"; did you mean \"secure\"?"},
        {"better:      {domains", "unknown:      {domains", "\"unknown\" is a word of its own"},
        {"name: Example Org", "name: &a Example Org", "anchors (&name) are not read here"},
        {"organisation:\n  name: Example Org", "organisation:\n  name: [x]", "expected a text, found a list"},
        {"unsecure:    {domains", "unsecure:    {include: no.txt, domains", "cannot include p/no.txt: cannot be read"},
    };
    for (const auto& [from, to, error] : cases)
        EXPECT_THAT(errors_of(with(example_policy, from, to)), testing::Contains(HasSubstr(error))) << to;
}

TEST(LoadPolicy, AllErrorsAreListedAtOnce) {
    auto text = with(example_policy, "near_miss: reject", "near_miss: what");
    text = with(text, "no_key: reject", "no_kee: reject");
    text = with(text, "untagged: internal", "untagged: x");
    EXPECT_EQ(errors_of(text).size(), 3u);
}

TEST(LoadPolicy, ErrorsOfAnIncludeNameItsFileAndLine) {
    const auto text = with(example_policy, "secure:      {", "secure:      {include: s.txt, ");
    EXPECT_THAT(errors_of(text, {{"p/s.txt", "ok.example\nhttp://x\n"}}),
                ElementsAre(HasSubstr("p/s.txt:2:1: \"http://x\" is no domain")));
    EXPECT_THAT(errors_of(text, {{"p/s.txt", "\xEF\xBB\xBF# with a byte order mark\nok.example\n"}}), testing::IsEmpty());
    EXPECT_THAT(errors_of(text, {{"p/s.txt", "# from m\xEF\xBF\xBDller.example\nok.example\n"}}), testing::IsEmpty());
    EXPECT_THAT(errors_of(text, {{"p/s.txt", "ok.example\nm\xFCller.example\n"}}),
                ElementsAre(HasSubstr("p/s.txt:2:2: this is no UTF-8")));
}

TEST(LoadPolicy, OddFilesAreRefusedWithoutCrashing) {
    for (const auto* text : {"", "[]", "x", "a: *b", "? {a: b}\n: c", "{{{{", "---\n---\n", "\xff\xfe", "a:\n\t- b"})
        EXPECT_FALSE(errors_of(text).empty()) << text;
    EXPECT_FALSE(errors_of(std::string(100'000, '[')).empty());
    EXPECT_THAT(errors_of(example_policy + "---\nx: y\n"), ElementsAre(HasSubstr("a second document")));
}

TEST(LoadPolicy, MissingFileIsToldByItsName) {
    const auto loaded = load_policy("nowhere.yaml", reader_of({}));
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().at(0).to_string(), "nowhere.yaml:1:1: cannot be read: No such file or directory");
}

TEST(LoadPolicy, WhatUntaggedMailOfProgramsCountsAs) {
    const auto with_untagged = [](const std::string& lines) {
        return load_or_fail(with(example_policy, "untagged: internal\n", lines)).untagged_automatic;
    };
    EXPECT_EQ(with_untagged("untagged: internal\n"), rank{1});
    EXPECT_EQ(with_untagged("untagged: reject\n"), rank{1});
    EXPECT_EQ(with_untagged("untagged: public\n"), rank{1});
    EXPECT_EQ(with_untagged("untagged: confidential\n"), rank{2}) << "nothing milder than for people";
    EXPECT_EQ(with_untagged("untagged: confidential\nuntagged_automatic: public\n"), rank{0}) << "unless it is said";
    EXPECT_EQ(with_untagged("untagged: internal\nuntagged_automatic: reject\n"), std::nullopt);
    auto renamed = example_policy;
    for (auto at = renamed.find("internal"); at != std::string::npos; at = renamed.find("internal", at))
        renamed.replace(at, 8, "inside");
    EXPECT_EQ(load_or_fail(renamed).untagged_automatic, rank{1});
    EXPECT_EQ(load_or_fail(with(renamed, "untagged: inside", "untagged: reject")).untagged_automatic, std::nullopt);
}

TEST(LoadPolicy, AnUnknownClassificationOfProgramsMailIsAnError) {
    const auto text = with(example_policy, "near_miss:", "untagged_automatic: intern\nnear_miss:");
    const auto loaded = load_policy("policy.yaml", reader_of({{"policy.yaml", text}}));
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 1U);
    EXPECT_EQ(loaded.error()[0].to_string(),
              "policy.yaml:9:21: there is no classification \"intern\"; did you mean \"internal\"?");
}

} // namespace
} // namespace sealgate::policy
