// Peers that break the protocol: each is refused with a line that says how.
#include "milter/protocol/session.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

using namespace test;

struct broken_peer {
    std::string stream;
    std::string said;
};

TEST(BrokenPeer, EventsOutOfOrderAreRefused) {
    const auto envelope = introduction() + login() + mail("<a@b.example>");
    const std::vector<broken_peer> peers{
        {connected(), "CONNECT before the negotiation"},
        {packet('A'), "ABORT before the negotiation"},
        {macros('C', {}), "MACRO before the negotiation"},
        {offered() + offered(), "OPTNEG before CONNECT"},
        {offered() + mail("<a@b.example>"), "MAIL before CONNECT"},
        {offered() + packet('H', strings({"x"})), "HELO before CONNECT"},
        {introduction() + connected(), "CONNECT outside a transaction"},
        {introduction() + rcpt("<a@b.example>"), "RCPT outside a transaction"},
        {introduction() + header("A", "b"), "HEADER outside a transaction"},
        {introduction() + packet('B', "x"), "BODY outside a transaction"},
        {introduction() + packet('E'), "BODYEOB outside a transaction"},
        {introduction() + packet('T'), "DATA outside a transaction"},
        {envelope + packet('E'), "BODYEOB in the envelope"},
        {envelope + packet('B', "x"), "BODY in the envelope"},
        {envelope + header("A", "b") + packet('E'), "BODYEOB in the header"},
        {envelope + header("A", "b") + rcpt("<a@b.example>"), "RCPT in the header"},
        {envelope + header("A", "b") + mail("<a@b.example>"), "MAIL in the header"},
        {envelope + packet('N') + header("A", "b"), "HEADER in the body"},
        {envelope + packet('N') + packet('N'), "EOH in the body"},
        {introduction() + whole_mail() + packet('E'), "BODYEOB outside a transaction"},
    };
    for (const auto& [stream, error] : peers) EXPECT_EQ(said(stream).error, error);
}

TEST(BrokenPeer, MalformedPayloadsAreRefused) {
    const auto line = [](std::string_view name, std::size_t size) {
        return "malformed " + std::string(name) + " frame (" + std::to_string(size) +
               " bytes of payload): a field is missing, a string lacks its NUL, or bytes are left over";
    };
    const auto envelope = introduction() + mail("<a@b.example>"); // passes, and is read as strictly
    const std::vector<broken_peer> peers{
        {offered() + packet('C'), line("CONNECT", 0)},
        {offered() + packet('C', "host\0"s), line("CONNECT", 5)},
        {offered() + packet('C', "host\0Ux"s), line("CONNECT", 7)},
        {offered() + packet('C', "host\0X\0\0a\0"s), line("CONNECT", 10)},
        {offered() + packet('C', "host\0004\0\031192.0.2.1"s), line("CONNECT", 17)},
        {offered() + packet('C', "host\0004\0\031192.0.2.1\0x"s), line("CONNECT", 19)},
        {offered() + connected() + packet('H', "client"), line("HELO", 6)},
        {offered() + connected() + packet('H', strings({"a", "b"})), line("HELO", 4)},
        {introduction() + packet('M'), line("MAIL", 0)},
        {introduction() + packet('M', "<a@b.example>"), line("MAIL", 13)},
        {introduction() + packet('M', "<a@b.example>\0SIZE=1"s), line("MAIL", 20)},
        {envelope + packet('R'), line("RCPT", 0)},
        {envelope + packet('R', "<c@d.example>"), line("RCPT", 13)},
        {envelope + packet('T', "x"), line("DATA", 1)},
        {envelope + packet('L', strings({"Subject"})), line("HEADER", 8)},
        {envelope + packet('L', strings({"a", "b", "c"})), line("HEADER", 6)},
        {envelope + packet('L', "a\0b"s), line("HEADER", 3)},
        {envelope + packet('N', "x"), line("EOH", 1)},
        {envelope + packet('A', "x"), line("ABORT", 1)},
        {envelope + packet('Q', "x"), line("QUIT", 1)},
        {envelope + packet('K', "x"), line("QUIT_NC", 1)},
        {introduction() + packet('U', "XYZZY"), line("UNKNOWN", 5)},
        {introduction() + packet('D'), "MACRO for no event"},
        {introduction() + packet('D', "A"), "MACRO for no event"},
        {introduction() + packet('D', "x"), "MACRO for no event"},
        {introduction() + packet('D', "Mi\0"s), "malformed MACRO frame for MAIL: a name lacks its value, or a string its NUL"},
        {introduction() + packet('D', "Mi\0id"s),
         "malformed MACRO frame for MAIL: a name lacks its value, or a string its NUL"},
        {packet('O', "\0\0\0\x06"s), "OPTNEG of 4 bytes where 12 are due"},
        {offered(1), "protocol version 1 offered, 2 to 6 are spoken"},
    };
    for (const auto& [stream, error] : peers) EXPECT_EQ(said(stream).error, error);
}

TEST(BrokenPeer, EveryEventCutShortIsRefusedOrWaitsForMore) {
    const std::vector<std::pair<char, std::string>> events{
        {'C', "client.example\0004\xC4\xD2"s + "192.0.2.7\0"s},
        {'M', "<a@b.example>\0"s},
        {'L', "Subject\0 text\0"s},
    };
    const auto ready = [](char letter) {
        return letter == 'C' ? offered() : letter == 'M' ? introduction() : introduction() + mail("<a@b.example>");
    };
    for (const auto& [letter, payload] : events)
        for (std::size_t length = 0; length < payload.size(); ++length) {
            const auto cut = std::string_view(payload).substr(0, length);
            EXPECT_NE(said(ready(letter) + packet(letter, cut)).error, "") << letter << ' ' << length;
        }
}

} // namespace
} // namespace sealgate::milter
