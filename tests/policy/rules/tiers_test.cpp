// Domains and their tiers: the longest suffix wins.
#include "policy/rules/tiers.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

tier_table example() {
    tier_table tiers;
    tiers.add_domain(tiers.organisation(), "example.org");
    const auto secure = tiers.add_tier("secure");
    const auto unsecure = tiers.add_tier("unsecure");
    tiers.add_domain(secure, ".partner.example");
    tiers.add_domain(unsecure, "mail.partner.example");
    tiers.add_domain(unsecure, ".deep.mail.partner.example");
    tiers.add_domain(unsecure, "example.com");
    tiers.add_domain(unsecure, "bücher.example");
    return tiers;
}

TEST(Tiers, LongestSuffixWinsAndIsAnchored) {
    const auto tiers = example();
    const std::pair<const char*, const char*> cases[] = {
        {"a@example.org", "organisation"},
        {"a@EXAMPLE.org.", "organisation"},
        {"a@sub.example.org", "unknown"}, // only itself was listed
        {"a@partner.example", "secure"},
        {"a@x.y.partner.example", "secure"},
        {"a@notpartner.example", "unknown"},
        {"a@mail.partner.example", "unsecure"},
        {"a@x.mail.partner.example", "secure"},
        {"a@x.deep.mail.partner.example", "unsecure"},
        {"a@example.com", "unsecure"},
        {"x@example.com.evil.net", "unknown"},
        {"a@evilexample.com", "unknown"},
        {"a@bücher.example", "unsecure"},
        {"a@xn--bcher-kva.example", "unsecure"},
        {"a@[192.0.2.1]", "unknown"},
        {"a", "organisation"}, // a mail server completes it with its own domain
        {"a@", "unknown"},
        {"example.com!a", "unknown"},
    };
    for (const auto& [address, tier] : cases) EXPECT_EQ(tiers.name(tiers.tier_of(parse_address(address))), tier) << address;
}

TEST(Tiers, UnknownStaysLast) {
    const auto tiers = example();
    EXPECT_EQ(tiers.name(0), "organisation");
    EXPECT_EQ(tiers.name(tiers.unknown()), "unknown");
    EXPECT_EQ(tiers.size(), 4u);
    EXPECT_EQ(tiers.domains_in(*tiers.find("unsecure")), 4u);
}

TEST(Tiers, SecondListingOfADomainIsTold) {
    auto tiers = example();
    EXPECT_EQ(tiers.add_domain(*tiers.find("secure"), "EXAMPLE.com"), tiers.find("unsecure"));
    EXPECT_EQ(tiers.add_domain(*tiers.find("secure"), ".example.com"), std::nullopt);
}

TEST(Tiers, PatternsAreDomains) {
    for (const auto* good : {"x.org", ".x.org", "bücher.example", "localhost"})
        EXPECT_TRUE(tier_table::is_domain_pattern(good)) << good;
    for (const auto* bad : {"", ".", "..x", "*.x.org", "a@b.c", "x org", "http://x.org", "x..org"})
        EXPECT_FALSE(tier_table::is_domain_pattern(bad)) << bad;
}

} // namespace
} // namespace sealgate::policy
