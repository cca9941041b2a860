// Copies are on disk all or none, across crashes at every step.
#include "keys/base/files.hpp"
#include "milter/outbox/queue.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string identity(char digit) { return std::string(64, digit); }

owed_copy copy_for(std::string recipient, char digit, std::string message = "Subject: x\r\n\r\nbody\r\n") {
    return {.decision = "7Q2K-M4XD",
            .sender = "ann@example.org",
            .recipients = {{.address = std::move(recipient), .identity = identity(digit)}},
            .message = {std::move(message)}};
}

class Outbox : public testing::Test {
protected:
    outbox open() {
        return outbox(directory, [this] { return std::chrono::system_clock::now() + later; });
    }
    outbox_places places() const { return {directory}; }

    std::vector<copy_head> waiting() const {
        std::vector<copy_head> out;
        for (const auto& found : find_waiting(places()))
            if (auto head = read_head(found.file)) out.push_back(*std::move(head));
        return out;
    }
    std::vector<std::string> addresses() const {
        std::vector<std::string> out;
        for (const auto& head : waiting())
            for (const auto& one : head.recipients) out.push_back(one.address);
        return out;
    }
    fs::path only_file() const { return find_waiting(places()).at(0).file; }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    std::string directory = scratch.path() / "outbox";
    std::chrono::hours later{0};
};

// Says what the gateway's log has of it.
template <class F>
std::string logged(F work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
}

TEST_F(Outbox, CopiesAreOnDiskAsTheyWereGiven) {
    const std::string message("Subject: x\r\n\r\n\0\xFF\n.\r\n", 20);
    open().add({copy_for("bob@partner.example", '1', message), copy_for("eve@partner.example", '2')});
    EXPECT_THAT(addresses(), ElementsAre("bob@partner.example", "eve@partner.example"));
    const auto claimed = claimed_copy::claim(only_file());
    ASSERT_TRUE(claimed);
    EXPECT_EQ((*claimed)->message, message);
    EXPECT_EQ((*claimed)->head.decision, "7Q2K-M4XD");
    EXPECT_EQ((*claimed)->head.sender, "ann@example.org");
    EXPECT_EQ((*claimed)->head.recipients[0].identity, identity('1'));
}

TEST_F(Outbox, FailedNoticesEndAfterThirtyDaysAndSomebodysMailStays) {
    {
        auto box = open();
        auto notice = copy_for("ann@example.org", '1');
        notice.sender = {};
        box.add({notice, copy_for("bob@partner.example", '2')});
        for (const auto& head : waiting()) {
            const auto claimed = box.claim(head.id);
            box.set_aside(*claimed, claimed->head.recipients);
            claimed->remove();
        }
    }
    later = 29 * 24h;
    EXPECT_THAT(logged([&] { open(); }), Not(HasSubstr("given up")));
    EXPECT_THAT(find_failed(places()), SizeIs(2));
    later = 31 * 24h;
    EXPECT_THAT(logged([&] { open(); }), HasSubstr("its notice to ann@example.org could not be delivered for 30 days"));
    const auto left = find_failed(places());
    ASSERT_THAT(left, SizeIs(1));
    EXPECT_EQ(read_head(left[0].file)->sender, "ann@example.org");
}

TEST_F(Outbox, IsClosedToOthers) {
    open().add({copy_for("bob@partner.example", '1')});
    const auto mode = [](const fs::path& file) { return static_cast<unsigned>(fs::status(file).permissions()); };
    for (const auto& each : {places().root, places().waiting(), places().handed(), only_file().parent_path()})
        EXPECT_EQ(mode(each), 0700u) << each;
    EXPECT_EQ(mode(only_file()), 0600u);
}

TEST_F(Outbox, ADiskThatTakesOnlyTheFirstCopyTakesNone) {
    auto box = open();
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{.rlim_cur = 5000, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    EXPECT_THROW(box.add({copy_for("bob@x.example", '1'), copy_for("eve@x.example", '2', std::string(9000, 'x'))}),
                 std::system_error);
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(find_waiting(places()), IsEmpty());
    EXPECT_TRUE(fs::is_empty(places().adding()));
    box.add({copy_for("bob@x.example", '1')});
    EXPECT_THAT(waiting(), SizeIs(1)) << "what was not written is not remembered";
}

TEST_F(Outbox, WhatWasBeingAddedIsRemovedAtStart) {
    fs::create_directories(places().adding() / "7Q2KM4XD");
    std::ofstream(places().adding() / "7Q2KM4XD" / "1") << "{";
    const auto box = open();
    EXPECT_TRUE(fs::is_empty(places().adding()));
    EXPECT_FALSE(box.next_try());
}

// Kills a process that adds three copies at a time, again and again.
TEST_F(Outbox, KilledInTheMiddleItHasAllOfAnAdditionOrNothing) {
    for (const auto life : {3ms, 7ms, 15ms, 40ms}) {
        const auto child = ::fork();
        if (child == 0) {
            auto box = open();
            for (unsigned i = 0;; ++i) {
                std::vector<owed_copy> copies;
                for (const char digit : {'a', 'b', 'c'}) {
                    copies.push_back(copy_for("bob@x.example", digit, std::string(20'000, 'x')));
                    auto& made = copies.back().recipients[0].identity;
                    std::snprintf(made.data(), 33, "%024u%08u", static_cast<unsigned>(life.count()), i);
                    made[32] = digit;
                }
                box.add(copies);
            }
        }
        std::this_thread::sleep_for(life);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const auto box = open();
        std::map<std::string, int> batches;
        for (const auto& head : waiting()) ++batches[head.id.substr(0, head.id.find('.'))];
        for (const auto& [batch, count] : batches) EXPECT_EQ(count, 3) << batch;
        EXPECT_EQ(waiting().size(), find_waiting(places()).size()) << "each can be read";
    }
}

TEST_F(Outbox, ARecipientWhoWaitsAlreadyIsLeftOut) {
    auto box = open();
    box.add({copy_for("bob@x.example", '1')});
    box.add({copy_for("bob@x.example", '1')});
    auto both = copy_for("bob@x.example", '1');
    both.recipients.push_back({.address = "eve@x.example", .identity = identity('2')});
    box.add({both, copy_for("eve@x.example", '2')});
    EXPECT_THAT(addresses(), testing::UnorderedElementsAre("bob@x.example", "eve@x.example"));
    open().add({both});
    EXPECT_THAT(waiting(), SizeIs(2)) << "after a restart too";
}

TEST_F(Outbox, ARecipientWhoHasItIsLeftOutForSevenDays) {
    open().record_handed({{.address = "bob@x.example", .identity = identity('1'), .last_reply = {}}});
    later = 24h * 6;
    open().add({copy_for("bob@x.example", '1')});
    EXPECT_THAT(addresses(), IsEmpty());
    later = 24h * 8;
    open().add({copy_for("bob@x.example", '1')});
    EXPECT_THAT(addresses(), ElementsAre("bob@x.example"));
    EXPECT_TRUE(fs::is_empty(places().handed())) << "what is older is forgotten";
}

TEST_F(Outbox, ThreadsThatAddTheSameAddItOnce) {
    auto box = open();
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (const char digit : {'1', '2', '3'}) box.add({copy_for("bob@x.example", digit)});
        });
    for (auto& thread : threads) thread.join();
    EXPECT_THAT(waiting(), SizeIs(3));
}

TEST_F(Outbox, AddressesThatCouldSpeakSmtpAreRefused) {
    auto box = open();
    using namespace std::string_literals;
    for (const auto& bad : {"a@x\r\nDATA"s, "a@x\nDATA"s, "a\0b@x"s, "a@x> SIZE=1"s, "<a@x"s, "a b@x"s, "\"a b@x"s, ""s,
                            "\"a\r\n\"@x"s, "\"a\\\r\"@x"s, "\"a\\"s, "\xFF@x"s, std::string(1001, 'a')})
        EXPECT_THROW(box.add({copy_for(bad, '1')}), std::invalid_argument) << bad;
    auto from_nobody = copy_for("a@x", '1');
    from_nobody.sender = "ann@example.org>\r\nRCPT TO:<eve@x";
    EXPECT_THROW(box.add({copy_for("b@x", '2'), from_nobody}), std::invalid_argument);
    auto strange = copy_for("a@x", '1');
    strange.recipients[0].identity = "../" + std::string(61, 'a');
    EXPECT_THROW(box.add({strange}), std::invalid_argument);
    EXPECT_THAT(find_waiting(places()), IsEmpty());
    box.add({copy_for("\"a b<c>\\\"\"@x", '1'), copy_for("ö@x", '2'), copy_for("a+b@x", '3')});
    EXPECT_THAT(waiting(), SizeIs(3));
}

TEST_F(Outbox, AFileIsCheckedLikeAnAddition) {
    auto box = open();
    box.add({copy_for("bob@x.example", '1')});
    auto text = keys::read_file(only_file());
    text.replace(text.find("bob@x"), 5, "b<o@x");
    std::ofstream(only_file()) << text;
    EXPECT_THAT(logged([&] { box.look(); }), HasSubstr("its recipients is missing or wrong"));
    EXPECT_THAT(box.take_due(9), IsEmpty());
}

TEST_F(Outbox, AFileThatCannotBeUsedIsReportedOnceAndLeftAlone) {
    open().add({copy_for("bob@x.example", '1'), copy_for("eve@x.example", '2')});
    fs::resize_file(only_file(), fs::file_size(only_file()) - 1);
    fs::create_directory(only_file().parent_path() / "3");
    std::ofstream(places().waiting() / "note to self") << "x";
    ::mkfifo((only_file().parent_path() / "4").c_str(), 0600);
    std::string log = logged([&] {
        auto box = open();
        for (int i = 0; i < 3; ++i) box.look();
        EXPECT_THAT(box.take_due(9), SizeIs(1)) << "the others go on";
    });
    EXPECT_EQ(std::ranges::count(log, '\n'), 5) << log; // the four, and what waits from before
    EXPECT_THAT(log, HasSubstr("cut short"));
    EXPECT_THAT(log, HasSubstr("note to self is none of the outbox's"));
    EXPECT_TRUE(fs::exists(only_file()));
}

TEST_F(Outbox, ChangesByOthersAreSeenAtTheNextLook) {
    auto box = open();
    box.add({copy_for("bob@x.example", '1')});
    auto claimed = *claimed_copy::claim(only_file());
    claimed->head.next_try += 24h;
    claimed->rewrite();
    box.look();
    EXPECT_THAT(box.take_due(9), IsEmpty());
    later = 25h;
    EXPECT_THAT(box.take_due(9), SizeIs(1));
    box.release(waiting()[0].id, {});
    fs::remove(only_file());
    box.look();
    EXPECT_FALSE(box.next_try());
    box.add({copy_for("bob@x.example", '1')});
    EXPECT_THAT(waiting(), SizeIs(1)) << "who was removed has nothing: the same may be added again";
}

TEST_F(Outbox, ACopyIsClaimedByOneAtATime) {
    open().add({copy_for("bob@x.example", '1')});
    auto first = claimed_copy::claim(only_file());
    ASSERT_TRUE(first);
    EXPECT_EQ(claimed_copy::claim(only_file()).error().what, copy_state::busy);
    first->reset();
    EXPECT_TRUE(claimed_copy::claim(only_file()));
    EXPECT_EQ(claimed_copy::claim(only_file().parent_path() / "7").error().what, copy_state::gone);
}

TEST_F(Outbox, ACopyUnderWayIsNotDueAgain) {
    auto box = open();
    box.add({copy_for("bob@x.example", '1'), copy_for("eve@x.example", '2')});
    const auto first = box.take_due(1);
    EXPECT_THAT(first, SizeIs(1));
    EXPECT_THAT(box.take_due(9), SizeIs(1));
    EXPECT_THAT(box.take_due(9), IsEmpty());
    box.release(first[0], {});
    EXPECT_THAT(box.take_due(9), ElementsAre(first[0]));
}

TEST_F(Outbox, ATimeThatAWrongClockSetIsNotWaitedFor) {
    later = 24h * 3650;
    open().add({copy_for("bob@x.example", '1')});
    later = 0h;
    EXPECT_THAT(open().take_due(9), SizeIs(1));
}

TEST_F(Outbox, WhoIsLeftOutIsTold) {
    auto box = open();
    box.add({copy_for("bob@x.example", '1')});
    EXPECT_THAT(logged([&] { box.add({copy_for("bob@x.example", '1')}); }),
                HasSubstr("7Q2K-M4XD came before: no second copy to bob@x.example"));
}

TEST_F(Outbox, AHandOverWithoutAResultIsToldAtStartAndDoneAgain) {
    {
        auto box = open();
        box.add({copy_for("bob@x.example", '1')});
        box.begin(*box.claim(box.take_due(1).at(0)), {0});
    }
    std::vector<std::string> due;
    EXPECT_THAT(logged([&] {
                    auto box = open();
                    due = box.take_due(9);
                    EXPECT_TRUE(box.claim(due.at(0)));
                }),
                HasSubstr("may arrive twice at bob@x.example"));
    EXPECT_THAT(logged([&] {
                    auto box = open();
                    box.take_back(waiting()[0].recipients);
                }),
                HasSubstr("may arrive twice"));
    EXPECT_THAT(logged([&] { open(); }), Not(HasSubstr("may arrive twice"))) << "what was taken back is no question";
}

TEST_F(Outbox, ACopyRecordedAndNotRemovedIsNotHandedOverAgain) {
    {
        auto box = open();
        box.add({copy_for("bob@x.example", '1')});
        box.begin(*box.claim(box.take_due(1).at(0)), {0});
        box.record_handed(waiting()[0].recipients);
    }
    auto box = open();
    const auto due = box.take_due(9);
    EXPECT_EQ(box.claim(due.at(0)), nullptr);
    box.release(due.at(0), {});
    EXPECT_THAT(find_waiting(places()), IsEmpty());
    EXPECT_TRUE(fs::is_empty(places().waiting())) << "its directory goes with the last copy";
}

TEST_F(Outbox, ACopyRemovedMeanwhileIsNotBegun) {
    auto box = open();
    box.add({copy_for("bob@x.example", '1')});
    const auto copy = box.claim(box.take_due(1).at(0));
    fs::remove(only_file());
    EXPECT_THROW(box.begin(*copy, {0}), std::runtime_error);
    box.write_back(*copy);
    EXPECT_THAT(find_waiting(places()), IsEmpty()) << "it does not come back";
}

} // namespace
} // namespace sealgate::milter
