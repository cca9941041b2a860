// What is collected of one mail, octet by octet, and what its bounds leave out.
#include "milter/protocol/collector.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace sealgate::milter {
namespace {

using namespace test;

TEST(Session, FoldsCountAsTheyWillBeSent) {
    const auto talk = said(introduction() + whole_mail());
    ASSERT_EQ(talk.decisions.size(), 1U);
    EXPECT_EQ(talk.decisions[0].size, policy::size_of(talk.decisions[0].mail));
}

TEST(Session, WhatTheSenderWantsToBeToldIsKept) {
    const auto talk =
        said(introduction() + login() + packet('M', strings({"<ann@corp.example>", "SIZE=812", "RET=HDRS", "ENVID=x1"})) +
             packet('R', strings({"<a@x>", "NOTIFY=NEVER", "ORCPT=rfc822;b@x"})) + rcpt("<c@x>") +
             packet('R', strings({"<d@x>", "NOTIFY=SOMETIMES"})) + content() + packet('A') + login() +
             mail("<ann@corp.example>") + rcpt("<a@x>") + content());
    ASSERT_EQ(talk.decisions.size(), 2U) << talk.error;
    EXPECT_EQ(talk.decisions[0].dsn, (dsn_of_mail{.ret = "HDRS", .envid = "x1"}));
    EXPECT_EQ(talk.decisions[0].recipients_dsn,
              (std::vector<dsn_of_recipient>{{.notify = "NEVER", .orcpt = "rfc822;b@x"}, {}, {}}));
    EXPECT_EQ(talk.decisions[1].dsn, dsn_of_mail{});
    EXPECT_EQ(talk.decisions[1].recipients_dsn, std::vector(1, dsn_of_recipient{}));
}

TEST(Session, EndMayCarryTheLastPieceOfTheBody) {
    const auto talk = said(introduction() + login() + mail("<a@b.example>") + rcpt("<c@d.example>") + packet('N') +
                           packet('B', "first ") + packet('E', "last"));
    ASSERT_EQ(talk.decisions.size(), 1U);
    EXPECT_EQ(talk.decisions[0].mail.body, "first last");
    EXPECT_EQ(talk.decisions[0].size, 12U);
}

// Writes so many octets, and then its disk is full.
class full_disk : public octet_writer {
public:
    explicit full_disk(std::size_t room)
        : room_(room) {}
    void append(std::string_view piece) override {
        if (piece.size() > room_) throw std::system_error(ENOSPC, std::generic_category(), "cannot write");
        room_ -= piece.size();
    }
    octets finish() override { throw std::system_error(EIO, std::generic_category(), "cannot map"); }

private:
    std::size_t room_;
};

TEST(Collector, ABodyThatCannotBeKeptIsLostAndCountedToItsEnd) {
    for (const std::size_t room : {0, 5, 100}) {
        collector of({}, 1000, [room](std::size_t) { return std::make_unique<full_disk>(room); });
        of.end_header();
        for (int i = 0; i < 4; ++i) of.add_body("12345");
        const auto collected = of.finish("4XyZ");
        EXPECT_TRUE(collected.truncated && collected.mail.body.empty());
        EXPECT_EQ(collected.lost, room < 100 ? "cannot write: No space left on device" : "cannot map: Input/output error");
        EXPECT_EQ(collected.size, 22U);
        EXPECT_EQ(collected.queue_id, "4XyZ");
    }
}

TEST(Collector, TellsWhatFieldsAndRecipientsTake) {
    collector of({}, 1'000'000, write_in_memory);
    EXPECT_EQ(of.held(), 0U);
    of.add_field("Subject", std::string(10'000, 'x'));
    const auto field = of.held();
    EXPECT_GT(field, 10'000U);
    EXPECT_LT(field, 11'000U);
    of.add_recipient({.path = "<bob@partner.example>", .parameters = {}});
    EXPECT_GT(of.held(), field + sizeof(policy::address));
    of.add_body(std::string(50'000, 'x'));
    EXPECT_LT(of.held(), field + 2'000);
}

TEST(Session, PastTheLimitIsCountedAndNotKept) {
    const auto start = introduction() + login() + mail("<a@b.example>") + rcpt("<c@d.example>");
    const auto fits = said(start + packet('N') + packet('B', std::string(98, 'x')) + packet('E'), 100);
    EXPECT_FALSE(fits.decisions.at(0).truncated);
    EXPECT_EQ(fits.decisions.at(0).size, 100U);

    const auto body = said(
        start + packet('N') + packet('B', std::string(98, 'x')) + packet('B', "yz") + packet('B', "") + packet('E', "!"), 100);
    EXPECT_TRUE(body.decisions.at(0).truncated);
    EXPECT_EQ(body.decisions.at(0).size, 103U);
    EXPECT_EQ(body.decisions.at(0).mail.body.size(), 98U);

    const auto fields = said(start + header("A", std::string(96, 'x')) + header("B", "") + packet('N') + packet('E'), 100);
    EXPECT_TRUE(fields.decisions.at(0).truncated);
    EXPECT_EQ(fields.decisions.at(0).size, 106U);
    EXPECT_EQ(fields.decisions.at(0).mail.fields.size(), 1U);
}

TEST(Session, RecipientsPastTheLimitTruncate) {
    std::string stream = introduction() + login() + mail("<a@b.example>");
    for (int i = 0; i < 10; ++i) stream += rcpt("<recipient@d.example>");
    const auto talk = said(stream + packet('N') + packet('E'), 100);
    EXPECT_TRUE(talk.decisions.at(0).truncated);
    EXPECT_EQ(talk.decisions.at(0).recipients.size(), 4U);
    EXPECT_EQ(talk.decisions.at(0).size, 2U);
}

TEST(Session, ManyTinyFieldsTruncate) {
    conversation talk(50'000'000);
    talk.say(introduction() + login() + mail("<a@b.example>") + rcpt("<c@d.example>"));
    const auto tiny = header("a", "");
    for (std::size_t i = 0; i < most_entries; ++i) talk.say(tiny);
    talk.say(packet('N') + packet('E'));
    EXPECT_TRUE(talk.decisions.at(0).truncated);
    EXPECT_EQ(talk.decisions.at(0).mail.fields.size(), most_entries - 1);
}

TEST(Session, LargeBodyArrivesWhole) {
    constexpr std::size_t size = 50 * 1024 * 1024;
    conversation talk(2 * size);
    talk.say(introduction() + login() + mail("<a@b.example>") + rcpt("<c@d.example>") + packet('N'));
    const auto piece = packet('B', std::string(65'535, 'x'));
    for (std::size_t sent = 0; sent < size; sent += 65'535) talk.say(piece);
    talk.say(packet('E'));
    EXPECT_EQ(talk.decisions.at(0).mail.body.size(), (size / 65'535 + 1) * 65'535);
}

} // namespace
} // namespace sealgate::milter
