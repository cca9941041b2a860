// What administrators were told of keys, kept on disk.
#include "milter/notices/watch_file.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using std::chrono::sys_seconds;

sys_seconds at(int seconds) { return sys_seconds(std::chrono::seconds(1'795'856'400 + seconds)); }

policy::watch_memory some() {
    policy::watch_memory told{.mail = at(0), .organisation = {}, .certificates = {}};
    told.organisation["vault@example.org"] = {.since = at(1), .told = at(2)};
    told.organisation["\"odd\n\"@example.org"] = {.since = at(1), .told = {}};
    told.organisation["AB CD"] = {.since = {}, .told = at(2)};
    told.certificates["ABCD"] = {.end = at(9), .step = std::chrono::days(7)};
    told.news = at(7);
    told.certificates["EF01"] = {.end = at(-9), .step = std::chrono::seconds(0)};
    return told;
}

TEST(WatchFile, IsReadAsItWasWritten) {
    const auto [told, passed_over] = parse_watch(to_text(some()));
    EXPECT_EQ(told, some());
    EXPECT_EQ(passed_over, 0u);
    EXPECT_EQ(parse_watch("").told, policy::watch_memory{});
    EXPECT_EQ(to_text({.mail = at(0), .organisation = {}, .certificates = {}}), "{\"mail\":\"2026-11-28T09:00:00.000Z\"}\n");
}

TEST(WatchFile, LinesOfAnotherFormArePassedOver) {
    for (const auto* line : {"junk", "[]", "{}", "{\"mail\":1}", "{\"mail\":\"yesterday\"}", "{\"always_to\":[]}",
                             "{\"always_to\":\"a\",\"since\":1}", "{\"certificate\":\"AB\"}",
                             "{\"certificate\":\"AB\",\"end\":\"2026-11-28T09:00:00Z\",\"step\":\"7d\"}", "\xff", ""}) {
        const auto [told, passed_over] = parse_watch(std::string(line) + "\n" + to_text(some()));
        EXPECT_EQ(told, some()) << line;
        EXPECT_EQ(passed_over, 1u) << line;
    }
}

TEST(WatchFile, CutAnywhereItIsStillRead) {
    const auto whole = to_text(some());
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_LE(parse_watch(whole.substr(0, size)).passed_over, 1u);
}

} // namespace
} // namespace sealgate::milter
