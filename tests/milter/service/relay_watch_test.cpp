// Mail that passes undecided to the outside is told once a day and client.
#include "milter/service/relay_watch.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RelayWatch : public testing::Test {
protected:
    void seen(const char* address, std::chrono::seconds at, const char* name = "web.example.org") {
        watch.saw({.name = name, .address = address}, "4XyZ1", relay_watch::time_point{at});
    }

    std::vector<std::string> lines;
    relay_watch watch{[this](std::string_view line) { lines.emplace_back(line); }, 2};
};

TEST_F(RelayWatch, TellsOfAClientOnceADayAndCountsAll) {
    for (int i = 0; i < 5; ++i) seen("192.0.2.1", 0h);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0],
                StartsWith("not decided: 192.0.2.1 (web.example.org) hands in mail to other organisations (such as 4XyZ1)"));
    EXPECT_THAT(lines[0], HasSubstr("gateway.outgoing.networks"));
    EXPECT_THAT(lines[0], Not(HasSubstr("more since")));
    seen("192.0.2.1", 24h - 1s);
    EXPECT_EQ(lines.size(), 1U);
    seen("192.0.2.1", 24h);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[1], HasSubstr("; 5 more since this was told last."));
    EXPECT_EQ(watch.count(), 7U);
}

TEST_F(RelayWatch, NamesAClientOnceWhereItHasNoName) {
    seen("192.0.2.1", 0h, "[192.0.2.1]");
    seen("", 0h, "localhost");
    EXPECT_THAT(lines, ElementsAre(StartsWith("not decided: 192.0.2.1 hands"), StartsWith("not decided: localhost hands")));
}

TEST_F(RelayWatch, HasRoomForSoManyClientsAndTellsTheOthersAsOne) {
    for (const auto* client : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.2"}) seen(client, 0h);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_THAT(lines[2], StartsWith("not decided: a further client hands"));
    EXPECT_EQ(watch.count(), 5U);
}

TEST_F(RelayWatch, ForgetsWhoWasToldLongAgoHoweverOftenTheyCameSince) {
    for (const auto* client : {"192.0.2.1", "192.0.2.2"})
        for (int i = 0; i < 5; ++i) seen(client, client[8] == '1' ? 0h : 1h);
    lines.clear();
    seen("192.0.2.3", 24h - 1s);
    EXPECT_THAT(lines, ElementsAre(StartsWith("not decided: a further client")));
    lines.clear();
    seen("192.0.2.3", 24h); // in the place of the first
    seen("192.0.2.2", 25h);
    EXPECT_THAT(lines, ElementsAre(StartsWith("not decided: 192.0.2.3"), HasSubstr("; 4 more since this was told last")));
}

} // namespace
} // namespace sealgate::milter
