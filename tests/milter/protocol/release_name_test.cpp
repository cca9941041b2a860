// A release in the conversation: known by the name in HELO, permitted or not, and abandoned where its mail does not come.
#include "milter/protocol/release_name.hpp"
#include "milter/protocol/session.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::milter {
namespace {

using namespace test;

// Whatever the client's address is, what it releases is decided about; its token is said to whoever has the permits.
TEST(Session, AReleaseIsKnownByTheNameThatTheClientIntroducesItselfBy) {
    const std::string token = "0123456789abcdef0123456789abcdef";
    EXPECT_EQ(token_in_name(release_name(token)), token);
    for (const auto* other :
         {"client.example", "", "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789abcdef.release.sealgate.invalid",
          "../3456789abcdef0123456789abcdef.release.sealgate.invalid",
          "0123456789abcdef0123456789abcdef.release.sealgate.invalid."})
        EXPECT_EQ(token_in_name(other), "") << other;
    const auto helo = packet('H', strings({release_name(token).c_str()}));
    const auto talk =
        said(offered() + connected("203.0.113.9") + helo + mail("<ann@corp.example>") + rcpt("<b@c.example>") + content());
    ASSERT_EQ(talk.decisions.size(), 1U) << "whoever says it";
    EXPECT_EQ(talk.decisions[0].release_token, token);
    EXPECT_TRUE(talk.decisions[0].truncated && talk.decisions[0].mail.body.empty()) << "nobody has permitted that";
    const auto other = said(offered() + connected("203.0.113.9") + helo + packet('K') + connected("127.0.0.1") +
                            mail("<ann@corp.example>") + rcpt("<b@c.example>") + content());
    ASSERT_EQ(other.decisions.size(), 1U);
    EXPECT_EQ(other.decisions[0].release_token, "");
}

// What is heard of releases, for these frames behind CONNECT: "begins", "ends".
std::vector<std::string> releases_in(const std::string& frames, bool is_permitted) {
    std::vector<std::string> heard;
    session talk({.max_message_size = 1000,
                  .direction_of = [](const auto&, auto, const auto&) { return direction::incoming; },
                  .is_outside = [](const auto&) { return true; },
                  .release_begins =
                      [&](const std::string&) {
                          heard.emplace_back("begins");
                          return is_permitted;
                      },
                  .release_ends = [&](const std::string&) { heard.emplace_back("ends"); }});
    const auto octets =
        offered() + connected() + packet('H', strings({release_name("0123456789abcdef0123456789abcdef").c_str()})) + frames;
    frame_reader reader;
    reader.feed(octets);
    while (const auto next = reader.next().value()) EXPECT_TRUE(talk.take(*next));
    return heard;
}

TEST(Session, AReleaseWhoseMailDoesNotComeIsAbandoned) {
    const auto begun = mail("<ann@corp.example>") + rcpt("<b@c.example>");
    using said_of_it = std::vector<std::string>;
    EXPECT_EQ(releases_in(begun + packet('A'), true), (said_of_it{"begins", "ends"}));
    EXPECT_EQ(releases_in(begun + packet('Q'), true), (said_of_it{"begins", "ends"}));
    EXPECT_EQ(releases_in(begun + content(), true), said_of_it{"begins"}) << "it came";
    EXPECT_EQ(releases_in(begun + packet('A'), false), said_of_it{"begins"}) << "nobody permitted it";
}

} // namespace
} // namespace sealgate::milter
