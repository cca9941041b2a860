// What the mail server offers, and what is taken of it.
#include "milter/protocol/negotiation.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

using test::postfix_actions;
using test::postfix_protocol;

struct negotiation_case {
    std::uint32_t version, actions, protocol;
    agreement expected;
};

TEST(Negotiation, EveryOfferIsMetWithWhatItsVersionKnows) {
    const std::vector<negotiation_case> cases{
        {6, postfix_actions, postfix_protocol, {6, 0x13F, 0x1FF380}},
        {7, 0xFFFFFFFF, 0xFFFFFFFF, {6, 0x13F, 0x1FF380}}, // no SMFIP_MDS bits, whatever is offered
        {5, postfix_actions, postfix_protocol, {5, 0x3F, 0x380}},
        {4, 0x3F, 0x27F, {4, 0x3F, 0x200}},
        {4, postfix_actions, postfix_protocol, {4, 0x3F, 0x380}},
        {3, postfix_actions, postfix_protocol, {3, 0x3F, 0x180}},
        {2, postfix_actions, postfix_protocol, {2, 0x3F, 0x80}},
        {2, 0x3F, 0x7F, {2, 0x3F, 0x00}},
        {6, 0, 0, {6, 0, 0}},
    };
    for (const auto& [version, actions, protocol, expected] : cases) {
        const auto agreed = agree_on({.version = version, .actions = actions, .protocol = protocol});
        EXPECT_EQ(agreed.version, expected.version);
        EXPECT_EQ(agreed.actions, expected.actions) << version;
        EXPECT_EQ(agreed.protocol, expected.protocol) << version;
    }
}

TEST(Negotiation, ActionNotOfferedIsKnown) {
    const auto agreed = agree_on({.version = 6, .actions = 0x1FF & ~0x20U, .protocol = postfix_protocol});
    EXPECT_FALSE(agreed.can(action_bit::quarantine));
    EXPECT_TRUE(agreed.can(action_bit::replace_body));
}

TEST(Negotiation, ReplyAsksForFewMacros) {
    const auto reply = negotiation_reply(agree_on({6, postfix_actions, postfix_protocol}));
    EXPECT_EQ(reply, "\0\0\0\x45O\0\0\0\x06\0\0\x01\x3F\0\x1F\xF3\x80"
                     "\0\0\0\0j\0\0\0\0\x01i\0\0\0\0\x02i {auth_authen}\0\0\0\0\x03i\0"
                     "\0\0\0\x04i\0\0\0\0\x05i\0\0\0\0\x06i\0"s);
}

TEST(Negotiation, ReplyHasNoMacroListsWhereTheServerDoesNotTakeThem) {
    EXPECT_EQ(negotiation_reply(agree_on({6, 0x3F, postfix_protocol})), "\0\0\0\x0DO\0\0\0\x06\0\0\0\x3F\0\x1F\xF3\x80"s);
    EXPECT_EQ(negotiation_reply(agree_on({4, postfix_actions, 0x3FF})), "\0\0\0\x0DO\0\0\0\x04\0\0\0\x3F\0\0\x03\x80"s);
}

TEST(Negotiation, OfferIsThreeIntegers) {
    const auto whole = "\0\0\0\x06\0\0\x01\xFF\0\x1F\xFF\xFF"s;
    EXPECT_TRUE(read_offer(whole));
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(read_offer(std::string_view(whole).substr(0, length)).error().what,
                  "OPTNEG of " + std::to_string(length) + " bytes where 12 are due");
    EXPECT_EQ(read_offer(whole + "x").error().what, "OPTNEG of 13 bytes where 12 are due");
}

TEST(Negotiation, VersionBelowTwoIsRefused) {
    EXPECT_EQ(read_offer("\0\0\0\x01\0\0\0\x3F\0\0\0\x7F"s).error().what, "protocol version 1 offered, 2 to 6 are spoken");
}

TEST(Negotiation, ReplyIsDueUntilWaived) {
    const agreement nothing{.version = 6};
    const auto all = agree_on({6, postfix_actions, postfix_protocol});
    for (const char letter : "CHMRTLNBU"s) {
        EXPECT_TRUE(nothing.reply_due(*command_of(letter))) << letter;
        EXPECT_FALSE(all.reply_due(*command_of(letter))) << letter;
    }
    for (const char letter : "OE"s) EXPECT_TRUE(all.reply_due(*command_of(letter))) << letter;
    for (const char letter : "DAQK"s) EXPECT_FALSE(nothing.reply_due(*command_of(letter))) << letter;
}

} // namespace
} // namespace sealgate::milter
