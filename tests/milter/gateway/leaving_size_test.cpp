// How large what leaves is, never less than Postfix counts.
#include "milter/gateway/leaving_size.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

class LeavingSize : public testing::Test {
protected:
    void SetUp() override {
        mail.sender = policy::parse_address("ann@example.org");
        mail.recipients = {policy::parse_address("bob@partner.example"), policy::parse_address("carol@partner.example")};
        mail.recipients_dsn.resize(2);
        mail.mail = {
            .fields = {{"From", " ann@example.org"}, {"Subject", " [confidential] x"}, {"Content-Type", " text/plain"}},
            .body = std::string(5000, 'x')};
    }

    std::uint64_t sealed_size() const { return size_of(policy::to_wire(keys::sealed_message(mail.mail, where, envelope))); }

    transaction mail;
    keys::subject_shown where = keys::subject_shown::inside_only;
    const keys::pgp_mime_envelope envelope = keys::make_envelope(std::string(7000, 'A'), std::string(40, 'b'), write_in_memory);
};

TEST_F(LeavingSize, IsNeverSmallerThanTheMessageAndLittleLarger) {
    leaving_size sizes(mail, mail.mail, where);
    sizes.add_copy(envelope.body.size());
    EXPECT_GE(sizes.copies(), sealed_size());
    EXPECT_LE(sizes.copies(), sealed_size() + 200);
    EXPECT_GT(sizes.largest(), sealed_size());
    EXPECT_LE(sizes.largest(), sealed_size() + 2000);
}

TEST_F(LeavingSize, CountsTheFieldsThatPostfixKeepsInItsQueueFile) {
    leaving_size copy(mail, mail.mail, where), in_hand(mail, mail.mail, where);
    copy.add_copy(envelope.body.size());
    in_hand.add_in_hand(envelope.body.size());
    EXPECT_GT(in_hand.largest(), copy.largest());
    EXPECT_EQ(in_hand.copies(), 0u);
    mail.mail.fields.push_back({"Keywords", " " + std::string(3000, 'k')}); // which is hidden
    leaving_size more(mail, mail.mail, where);
    more.add_in_hand(envelope.body.size());
    EXPECT_GE(more.largest(), in_hand.largest() + 3000);
}

TEST_F(LeavingSize, AddsUpAllCopiesAndKeepsTheLargestMessage) {
    leaving_size sizes(mail, mail.mail, where);
    sizes.add_copy(100);
    const auto one = sizes.copies();
    sizes.add_copy(100);
    EXPECT_EQ(sizes.copies(), 2 * one);
    const auto largest = sizes.largest();
    sizes.add_original();
    EXPECT_EQ(sizes.copies(), 2 * one + size_of(policy::to_wire(mail.mail)));
    EXPECT_EQ(sizes.largest(), largest);
}

} // namespace
} // namespace sealgate::milter
