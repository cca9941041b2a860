// Which mail is outgoing.
#include "milter/protocol/direction.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

policy::tier_table our_tiers() {
    policy::tier_table tiers;
    tiers.add_domain(tiers.organisation(), ".example.org");
    tiers.add_domain(tiers.add_tier("secure"), "partner.example");
    return tiers;
}

class Direction : public testing::Test {
protected:
    direction of(const char* client, const char* user, const char* sender) const {
        return direction_of(rule, tiers, {.name = "client", .address = client}, user, policy::parse_address(sender));
    }

    policy::tier_table tiers = our_tiers();
    outgoing_rule rule{.networks = {*parse_network("127.0.0.0/8"), *parse_network("::1/128")}};
};

TEST_F(Direction, WhoLoggedInOrSendsFromANetworkIsOutgoing) {
    for (const auto* client : {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"})
        for (const auto* sender : {"eve@yahoo.com", "ann@example.org", ""})
            EXPECT_EQ(of(client, "", sender), direction::outgoing) << client << ' ' << sender;
    EXPECT_EQ(of("192.0.2.1", "ann", "eve@yahoo.com"), direction::outgoing);
    for (const auto* client : {"192.0.2.1", "::2", ""})
        EXPECT_EQ(of(client, "", "eve@yahoo.com"), direction::incoming) << client;
    rule.authenticated = false;
    EXPECT_EQ(of("192.0.2.1", "ann", "eve@yahoo.com"), direction::incoming);
}

TEST_F(Direction, OfASenderOfOursTheRecipientsSay) {
    for (const auto* sender : {"ann@example.org", "ANN@Mail.Example.ORG", "root", "bob%yahoo.com@example.org"})
        EXPECT_EQ(of("192.0.2.1", "", sender), direction::by_recipients) << sender;
    for (const auto* sender : {"", "ann@notexample.org", "ann@example.org.evil.net", "bob@partner.example", "a%b"})
        EXPECT_EQ(of("192.0.2.1", "", sender), direction::incoming) << sender;
    rule.own_senders = false;
    EXPECT_EQ(of("192.0.2.1", "", "ann@example.org"), direction::incoming);
}

TEST_F(Direction, WhatMayBeRoutedElsewhereIsOutside) {
    for (const auto* outside :
         {"bob@partner.example", "bob@yahoo.com", "bob%yahoo.com@example.org", "yahoo.com!bob", "bob@", "@yahoo.com:bob"})
        EXPECT_TRUE(is_outside(tiers, policy::parse_address(outside))) << outside;
    for (const auto* inside : {"max@example.org", "max@lists.example.org", "root"})
        EXPECT_FALSE(is_outside(tiers, policy::parse_address(inside))) << inside;
}

} // namespace
} // namespace sealgate::milter
