// Whose turn it is: by time, with clocks that jump, however many wait.
#include "milter/outbox/waiting_copies.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

const wall_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}};

copy_head head(std::string id, wall_time next_try, std::vector<std::string> identities = {"one"}) {
    copy_head out{.id = std::move(id),
                  .decision = {},
                  .created = now,
                  .sender = {},
                  .recipients = {},
                  .tries = 0,
                  .next_try = next_try,
                  .size = 0,
                  .dsn = {}};
    for (auto& identity : identities)
        out.recipients.push_back(
            {.address = "bob@partner.example", .identity = std::move(identity), .last_reply = {}, .dsn = {}});
    return out;
}

class WaitingCopies : public testing::Test {
protected:
    void put(std::string id, std::chrono::seconds from_now) { waiting.put(head(std::move(id), now + from_now), {}); }

    waiting_copies waiting;
};

TEST_F(WaitingCopies, LongestDueFirstAndNoneTwice) {
    put("B.1", -1s);
    put("A.1", 0s);
    put("C.1", -2s);
    put("D.1", 1s);
    EXPECT_THAT(waiting.take_due(now, 2), ElementsAre("C.1", "B.1"));
    EXPECT_THAT(waiting.take_due(now, 9), ElementsAre("A.1"));
    EXPECT_THAT(waiting.take_due(now, 9), IsEmpty());
    EXPECT_THAT(waiting.next_try(), Optional(now + 1s));
    EXPECT_THAT(waiting.take_due(now + 1s, 9), ElementsAre("D.1"));
    EXPECT_EQ(waiting.next_try(), std::nullopt);
}

TEST_F(WaitingCopies, FarOffTimeHasCome) {
    put("A.1", 25h);
    put("B.1", 23h);
    put("C.1", 0s);
    EXPECT_THAT(waiting.take_due(now, 9), ElementsAre("C.1", "A.1"));
    EXPECT_THAT(waiting.take_due(now, 9), IsEmpty());
}

TEST_F(WaitingCopies, OneThatIsBusyGetsNoTurn) {
    put("A.1", 0s);
    waiting.take_due(now, 1);
    EXPECT_TRUE(waiting.is_being_handed_over("A.1"));
    waiting.hurry(now);
    waiting.put_off("A.1", now, now);
    EXPECT_THAT(waiting.take_due(now, 9), IsEmpty());
    EXPECT_EQ(waiting.next_try(), std::nullopt);
}

TEST_F(WaitingCopies, PutAnewItHasItsTurnAgain) {
    put("A.1", 0s);
    waiting.take_due(now, 1);
    put("A.1", 5s);
    EXPECT_FALSE(waiting.is_being_handed_over("A.1"));
    EXPECT_THAT(waiting.take_due(now, 9), IsEmpty());
    EXPECT_THAT(waiting.take_due(now + 5s, 9), ElementsAre("A.1"));
    EXPECT_EQ(waiting.size(), 1u);
}

TEST_F(WaitingCopies, HurriedAndPutOff) {
    put("A.1", 30min);
    put("B.1", 48h);
    waiting.put_off("B.1", now + 5s, now); // of a clock that was wrong
    EXPECT_THAT(waiting.next_try(), Optional(now + 5s));
    waiting.put_off("A.1", now + 1s, now); // it waits longer already
    EXPECT_THAT(waiting.take_due(now + 5s, 9), ElementsAre("B.1"));
    waiting.hurry(now);
    EXPECT_THAT(waiting.take_due(now, 9), ElementsAre("A.1"));
    waiting.put_off("nobody", now, now);
}

TEST_F(WaitingCopies, RecipientIsKnownUntilTheLastCopyGoes) {
    waiting.put(head("A.1", now, {"one", "two"}), {});
    waiting.put(head("B.1", now, {"two"}), {});
    waiting.put(head("B.1", now, {"two"}), {.inode = 7, .size = 1, .written = 2, .changed = 3});
    EXPECT_TRUE(waiting.is_as_seen("B.1", {.inode = 7, .size = 1, .written = 2, .changed = 3}));
    EXPECT_FALSE(waiting.is_as_seen("B.1", {.inode = 7, .size = 1, .written = 2, .changed = 4}));
    EXPECT_FALSE(waiting.is_as_seen("C.1", {}));
    waiting.drop("A.1");
    EXPECT_FALSE(waiting.has_recipient("one"));
    EXPECT_TRUE(waiting.has_recipient("two"));
    waiting.drop("B.1");
    waiting.drop("B.1");
    EXPECT_FALSE(waiting.has_recipient("two"));
    EXPECT_THAT(waiting.ids(), IsEmpty());
    EXPECT_EQ(waiting.next_try(), std::nullopt);
}

} // namespace
} // namespace sealgate::milter
