// Of a mail that passes what may teach is kept, within bounds, and handed over when it has passed; nothing of any other mail,
// and no mail hears of it.
#include "milter/protocol/lesson.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace sealgate::milter {
namespace {

using namespace test;
using keys::lesson_extent;
using testing::ElementsAre;
using testing::IsEmpty;

class pupil : public lesson_taker {
public:
    bool on = true, fails = false;
    lesson_extent wanted = lesson_extent::whole;
    std::vector<std::string> asked, servers;
    std::vector<policy::message> taken;

    bool is_on() const override { return on; }
    lesson_extent extent_of(const policy::message& header, std::string_view server) override {
        if (fails) throw std::runtime_error("no memory");
        for (const auto& field : header.fields) asked.push_back(field.name);
        servers.emplace_back(server);
        return wanted;
    }
    void take(policy::message mail, std::string_view server) override {
        taken.push_back(std::move(mail));
        servers.emplace_back(server);
    }
};

const std::string teaching_header = header("Authentication-Results", " mx; none") + header("Received", " from a") +
                                    header("Subject", " x") + header("Received", " from b") +
                                    header("Autocrypt", " addr=a@b.example") + header("Content-Type", " multipart/mixed");

std::string incoming(const std::string& fields = teaching_header,
                     const std::string& body = packet('B', "one") + packet('B', "two")) {
    return mail("<eve@other.example>") + rcpt("<ann@own.example>") + fields + packet('N') + body + packet('E');
}

conversation lesson_of(pupil& who, const std::string& stream, const octet_room& room = write_in_memory) {
    conversation talk;
    talk.talk = session(
        {.max_message_size = 1'000'000,
         .direction_of = [](const connected_client&, std::string_view user,
                            const policy::address&) { return user.empty() ? direction::incoming : direction::outgoing; },
         .is_outside = [](const policy::address&) { return false; },
         .room = room,
         .learner = &who});
    talk.say(offered() + macros('C', {"j", "mx.own.example"}) + connected() + stream);
    EXPECT_EQ(talk.error, "");
    return talk;
}

TEST(Lesson, OfAMailThatPassesIsHandedOverAtItsEnd) {
    pupil who;
    const auto talk = lesson_of(who, incoming());
    EXPECT_THAT(who.asked, ElementsAre("Authentication-Results", "Received", "Autocrypt", "Content-Type"));
    EXPECT_THAT(who.servers, ElementsAre("mx.own.example", "mx.own.example"));
    ASSERT_EQ(who.taken.size(), 1);
    EXPECT_EQ(who.taken[0].body.view(), "onetwo");
    EXPECT_EQ(who.taken[0].fields[2], (policy::header_field{"Autocrypt", " addr=a@b.example"}));
    EXPECT_EQ(talk.sent, negotiation_reply(talk.talk.agreed()) + packet('a'));
    lesson_of(who, incoming() + incoming());
    EXPECT_EQ(who.taken.size(), 3);
}

TEST(Lesson, IsAsLongAsItIsWanted) {
    pupil header_alone{};
    header_alone.wanted = lesson_extent::header;
    lesson_of(header_alone, incoming());
    ASSERT_EQ(header_alone.taken.size(), 1);
    EXPECT_TRUE(header_alone.taken[0].body.empty());
    pupil nothing{};
    nothing.wanted = lesson_extent::nothing;
    lesson_of(nothing, incoming());
    EXPECT_THAT(nothing.taken, IsEmpty());
    pupil off{};
    off.on = false;
    lesson_of(off, incoming());
    EXPECT_THAT(off.asked, IsEmpty());
    EXPECT_THAT(off.taken, IsEmpty());
}

TEST(Lesson, IsGivenUpWithTheMail) {
    pupil who;
    lesson_of(who, mail("<eve@other.example>") + rcpt("<ann@own.example>") + teaching_header + packet('N') + packet('B', "x") +
                       packet('A') + mail("<eve@other.example>") + rcpt("<ann@own.example>") + packet('N') + packet('E'));
    ASSERT_EQ(who.taken.size(), 1);
    EXPECT_THAT(who.taken[0].fields, IsEmpty());
    EXPECT_TRUE(who.taken[0].body.empty());
    pupil of_ours;
    const auto talk = lesson_of(of_ours, login() + incoming());
    EXPECT_EQ(talk.decisions.size(), 1);
    EXPECT_THAT(of_ours.asked, IsEmpty());
    EXPECT_THAT(of_ours.taken, IsEmpty());
}

TEST(Lesson, HasBounds) {
    pupil large_header;
    lesson_of(large_header, incoming(header("Autocrypt", std::string(lesson::most_header, 'x'))));
    EXPECT_THAT(large_header.asked, IsEmpty());
    EXPECT_THAT(large_header.taken, IsEmpty());
    std::string many, pieces;
    for (int i = 0; i < 2000; ++i) many += header("Content-ID", "");
    pupil many_fields;
    lesson_of(many_fields, incoming(many));
    EXPECT_THAT(many_fields.taken, IsEmpty());
    for (int i = 0; i < 17; ++i) pieces += packet('B', std::string(lesson::most_body / 16, 'x'));
    pupil large_body;
    lesson_of(large_body, incoming(teaching_header, pieces));
    ASSERT_EQ(large_body.taken.size(), 1);
    EXPECT_TRUE(large_body.taken[0].body.empty()) << "its header may teach all the same";
    conversation talk = lesson_of(large_body, mail("<eve@other.example>") + rcpt("<ann@own.example>") + teaching_header);
    EXPECT_GT(talk.talk.held(), 1024 + 100);
    EXPECT_LE(talk.talk.held(), 1024 + lesson::most_header);
}

TEST(Lesson, WhatFailsIsNoBusinessOfTheMail) {
    pupil who;
    who.fails = true;
    const auto talk = lesson_of(who, incoming() + incoming());
    EXPECT_EQ(talk.sent, negotiation_reply(talk.talk.agreed()) + packet('a') + packet('a'));
    EXPECT_THAT(who.taken, IsEmpty());
    pupil without_room;
    const auto full =
        lesson_of(without_room, incoming(), [](std::size_t) -> std::unique_ptr<octet_writer> { throw std::bad_alloc(); });
    EXPECT_EQ(full.sent, negotiation_reply(full.talk.agreed()) + packet('a'));
    EXPECT_THAT(without_room.taken, IsEmpty());
}

} // namespace
} // namespace sealgate::milter
