// The decisions that held mails, out of a log's lines: of that queue id, of that mail, and in one pass.
#include "keys/base/files.hpp"
#include "milter/held/decisions.hpp"
#include "policy/audit/query.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace sealgate::milter {
namespace {

queue_entry held_as(const std::string& id, std::int64_t held_at_second) {
    queue_entry out;
    out.queue = "hold";
    out.id = id;
    out.arrival = held_at_second;
    return out;
}

std::string decision_line(const std::string& id, const std::string& queue_id, const std::string& time,
                          const std::string& outcome = "hold", const std::string& mode = "enforce") {
    return R"({"seq":1,"time":")" + time + R"(","id":")" + id + R"(","queue_id":")" + queue_id + R"(","outcome":")" + outcome +
           R"(","mode":")" + mode + "\"}";
}

// 2026-11-29T23:12:35Z
constexpr std::int64_t held_at = 1795993955;

TEST(HeldDecisions, AreFoundByTheirQueueIds) {
    held_decision_search search({held_as("A1", held_at), held_as("B2", held_at)});
    search.see(decision_line("1111-1111", "A1", "2026-11-29T23:12:36.000Z"));
    search.see(decision_line("2222-2222", "C3", "2026-11-29T23:12:36.000Z"));
    search.see("{\"queue_id\":\"A1\", broken");
    search.see("nonsense");
    const auto found = search.take();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(policy::text_in(found.at("A1"), "id"), "1111-1111");
}

TEST(HeldDecisions, OfAQueueIdThatCameAgainAreOfTheMailThatIsThere) {
    held_decision_search search({held_as("A1", held_at)});
    search.see(decision_line("1111-1111", "A1", "2026-11-20T00:00:00.000Z"));
    EXPECT_TRUE(search.take().empty()) << "a mail before it";
    search.see(decision_line("1111-1111", "A1", "2026-11-20T00:00:00.000Z"));
    search.see(decision_line("2222-2222", "A1", "2026-11-29T23:12:36.000Z"));
    search.see(decision_line("3333-3333", "A1", "2026-11-29T23:12:37.000Z", "deliver"));
    EXPECT_EQ(policy::text_in(search.take().at("A1"), "id"), "2222-2222");
}

TEST(HeldDecisions, OfMonitorModeHeldNothing) {
    held_decision_search search({held_as("A1", held_at)});
    search.see(decision_line("1111-1111", "A1", "2026-11-29T23:12:36.000Z", "hold", "monitor"));
    EXPECT_TRUE(search.take().empty()) << "what holds it is not ours to remove";
}

TEST(HeldDecisions, AreNotLookedForInFilesThatAreOlderThanWhatIsHeld) {
    const keys::temporary_directory scratch(std::filesystem::temp_directory_path());
    const auto in_file = [&](const char* name, const std::string& id, std::int64_t second) {
        keys::replace_file(scratch.path() / name, decision_line(id, id, "2026-11-29T23:12:36.000Z") + "\n");
        const timespec times[2]{{.tv_sec = second, .tv_nsec = 0}, {.tv_sec = second, .tv_nsec = 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, (scratch.path() / name).c_str(), times, 0), 0);
    };
    in_file("audit-000000000001.jsonl", "A1", held_at - 60);
    in_file("audit-000000000002.jsonl", "B2", held_at - 2);
    in_file("audit.jsonl", "C3", held_at + 60);
    const auto found =
        find_held_decisions(scratch.path(), {held_as("A1", held_at), held_as("B2", held_at + 1), held_as("C3", held_at)});
    EXPECT_FALSE(found.contains("A1"));
    EXPECT_TRUE(found.contains("B2") && found.contains("C3"));
}

} // namespace
} // namespace sealgate::milter
