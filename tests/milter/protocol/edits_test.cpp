// Our answer's frames, in the order that Postfix needs.
#include "milter/protocol/edits.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

using test::packet;
using test::postfix_actions;
using test::postfix_protocol;

const agreement with_space = agree_on({6, postfix_actions, postfix_protocol});
const agreement without_space = agree_on({4, postfix_actions, 0x3FF});

std::string encoded(const answer& decided, const agreement& agreed) { return joined(encode(decided, agreed)); }

std::string accepted(const edit_list& edits, const agreement& agreed = with_space) {
    return encoded({.final = verdict::accept, .edits = edits, .reply = {}}, agreed);
}

std::string number(std::uint32_t value) {
    std::string out;
    bytes::appender(out).u32(value);
    return out;
}

TEST(Edits, NothingToEditIsPlainAccept) { EXPECT_EQ(accepted({}), packet('a')); }

TEST(Edits, AnswerThatNobodyFilledInDefers) { EXPECT_EQ(encoded({}, with_space), packet('t')); }

TEST(Edits, FramesComeInTheOrderThatKeepsNumbersTrue) {
    edit_list edits;
    edits.quarantine = "held by policy";
    edits.recipients = {"archive@example.org", "second@example.org"};
    edits.additions = {{"X-Last", "ok"}};
    edits.insertions = {{0, {"X-First", " top"}}};
    edits.deletions = {{"X-Tag", 1}, {"Bcc", 2}, {"X-Tag", 3}, {"X-Tag", 2}};
    edits.changes = {{{"Subject", 1}, " [...]"}};
    edits.body = "sealed\r\n";
    EXPECT_EQ(accepted(edits), packet('b', "sealed\r\n") +                         //
                                   packet('m', number(1) + "Subject\0 [...]\0"s) + //
                                   packet('m', number(3) + "X-Tag\0\0"s) +         //
                                   packet('m', number(2) + "X-Tag\0\0"s) +         //
                                   packet('m', number(2) + "Bcc\0\0"s) +           //
                                   packet('m', number(1) + "X-Tag\0\0"s) +         //
                                   packet('i', number(0) + "X-First\0 top\0"s) +   //
                                   packet('h', "X-Last\0 ok\0"s) +                 //
                                   packet('+', "archive@example.org\0"s) +         //
                                   packet('+', "second@example.org\0"s) +          //
                                   packet('q', "held by policy\0"s) +              //
                                   packet('a'));
}

struct body_case {
    std::size_t size;
    std::vector<std::size_t> pieces;
};

TEST(Edits, BodyGoesInFullPiecesInOneRun) {
    const std::vector<body_case> cases{{0, {0}},
                                       {1, {1}},
                                       {65'535, {65'535}},
                                       {65'536, {65'535, 1}},
                                       {131'070, {65'535, 65'535}},
                                       {200'000, {65'535, 65'535, 65'535, 3'395}}};
    for (const auto& [size, pieces] : cases) {
        std::string expected;
        for (const auto piece : pieces) expected += packet('b', std::string(piece, 'x'));
        edit_list edits;
        edits.body = std::string(size, 'x');
        EXPECT_TRUE(accepted(edits) == expected + packet('a')) << size;
    }
}

struct value_case {
    std::string value, on_the_wire;
};

TEST(Edits, ValueKeepsOneLeadingSpaceWhereTheServerDoesNotAddIt) {
    const std::vector<value_case> cases{
        {"plain", " plain"}, {" spaced", " spaced"},     {"  two", "  two"},
        {"\ttab", "\ttab"},  {"\n folded", "\n folded"}, {"", " "},
    };
    for (const auto& [value, on_the_wire] : cases)
        EXPECT_EQ(accepted({.additions = {{"X", value}}}), packet('h', test::strings({"X", on_the_wire})) + packet('a'));
}

TEST(Edits, ValueLosesOneLeadingSpaceWhereTheServerAddsIt) {
    const std::vector<value_case> cases{
        {"plain", "plain"}, {" spaced", "spaced"}, {"  two", " two"}, {"\ttab", "\ttab"}, {" a\n b", "a\n b"}, {"", " "},
        {" ", " "},
    };
    for (const auto& [value, on_the_wire] : cases)
        EXPECT_EQ(accepted({.additions = {{"X", value}}}, without_space),
                  packet('h', test::strings({"X", on_the_wire})) + packet('a'));
}

TEST(Edits, ValueCannotBreakTheHeader) {
    const std::vector<value_case> cases{
        {" a\r\n b", " a\n b"},                         // CR goes
        {" a\0b"s, " ab"},                              // NUL goes
        {" a\nBcc: b", " a\n\tBcc: b"},                 // a line that would be a field is folded
        {" a\n\n body", " a\n body"},                   // an empty line would end the header
        {" a\n \t\r\n body\n", " a\n body"},            // a blank one is not trusted either
        {" gr\xC3\xBC\xC3\x9F \x7F\x1B", " gr???? ??"}, //
    };
    for (const auto& [value, on_the_wire] : cases)
        EXPECT_EQ(accepted({.changes = {{{"X", 1}, value}}}),
                  packet('m', number(1) + test::strings({"X", on_the_wire})) + packet('a'));
}

TEST(Edits, ChangeToAnEmptyValueIsNoDeletion) {
    EXPECT_EQ(accepted({.changes = {{{"Subject", 1}, ""}}}), packet('m', number(1) + "Subject\0 \0"s) + packet('a'));
    EXPECT_EQ(accepted({.changes = {{{"Subject", 1}, " "}}}, without_space),
              packet('m', number(1) + "Subject\0 \0"s) + packet('a'));
}

TEST(Edits, WhatTheServerDidNotAgreeToDefers) {
    struct need {
        std::uint32_t action;
        edit_list edits;
    };
    std::vector<need> needs(7);
    needs[0] = {0x01, {.additions = {{"X", " y"}}}};
    needs[1] = {0x01, {.insertions = {{0, {"X", " y"}}}}};
    needs[2] = {0x02, {.body = ""}};
    needs[3] = {0x04, {.recipients = {"a@example.org"}}};
    needs[4] = {0x10, {.changes = {{{"X", 1}, " y"}}}};
    needs[5] = {0x10, {.deletions = {{"X", 1}}}};
    needs[6] = {0x20, {.quarantine = ""}};
    for (const auto& [action, edits] : needs) {
        const auto lacking = agree_on({6, postfix_actions & ~action, postfix_protocol});
        EXPECT_FALSE(possible(edits, lacking));
        EXPECT_EQ(accepted(edits, lacking), packet('t')) << action;
        const auto enough = agree_on({6, action, postfix_protocol});
        EXPECT_TRUE(possible(edits, enough));
        EXPECT_TRUE(accepted(edits, enough).ends_with(packet('a'))) << action;
    }
}

TEST(Edits, WhatCannotBeWrittenDefers) {
    for (const auto& name : {""s, "X Y"s, "X:"s, "X\n"s, "X\0"s, "\xC3\xBC"s}) {
        EXPECT_EQ(accepted({.additions = {{name, " y"}}}), packet('t'));
        EXPECT_EQ(accepted({.insertions = {{0, {name, " y"}}}}), packet('t'));
        EXPECT_EQ(accepted({.changes = {{{name, 1}, " y"}}}), packet('t'));
        EXPECT_EQ(accepted({.deletions = {{name, 1}}}), packet('t'));
    }
    for (const auto& path : {""s, "a@b\0"s, "a@b\r\n"s, "\x7F@b"s}) EXPECT_EQ(accepted({.recipients = {path}}), packet('t'));
}

TEST(Edits, RefusalSendsItsTextAndNoEdit) {
    answer refused{.final = verdict::reject,
                   .edits = {.body = "half"},
                   .reply = {550, "5.7.1", {"not sent: tagged confidential", "[sealgate 7Q2K-M4XD]"}}};
    EXPECT_EQ(encoded(refused, with_space),
              packet('y', "550-5.7.1 not sent: tagged confidential\r\n550 5.7.1 [sealgate 7Q2K-M4XD]\0"s));
    refused.final = verdict::tempfail;
    refused.reply = {451, "4.7.1", {"later"}};
    EXPECT_EQ(encoded(refused, with_space), packet('y', "451 4.7.1 later\0"s));
}

TEST(Edits, MalformedReplyFallsBackToTheServersText) {
    EXPECT_EQ(encoded({.final = verdict::reject, .edits = {}, .reply = {550, "5.7.1", {}}}, with_space), packet('r'));
    EXPECT_EQ(encoded({.final = verdict::tempfail, .edits = {}, .reply = {}}, with_space), packet('t'));
}

TEST(Edits, ReplyOfAnotherClassThanTheVerdictIsNotSent) {
    EXPECT_EQ(encoded({.final = verdict::tempfail, .edits = {}, .reply = {550, "5.7.1", {"no"}}}, with_space), packet('t'));
    EXPECT_EQ(encoded({.final = verdict::reject, .edits = {}, .reply = {451, "4.7.1", {"later"}}}, with_space), packet('r'));
}

TEST(Edits, FieldsAreNumberedAmongThoseOfTheirName) {
    const policy::message mail{
        .fields = {{"X-Tag", " a"}, {"Subject", " s"}, {"x-tag", " b"}, {"Content-Type", " text/plain"}, {"X-TAG", " c"}},
        .body = {}};
    const std::vector<field_number> expected{{"X-Tag", 1}, {"Subject", 1}, {"x-tag", 2}, {"Content-Type", 1}, {"X-TAG", 3}};
    EXPECT_EQ(number_fields(mail), expected);
}

TEST(Edits, ProgressCarriesNothing) { EXPECT_EQ(progress_frame(), packet('p')); }

TEST(Edits, WhatIsDiscardedIsNotEdited) {
    EXPECT_EQ(encoded({.final = verdict::accept, .edits = {.discard = true, .recipients = {"a@example.org"}}, .reply = {}},
                      agreement{}),
              packet('d'));
    EXPECT_EQ(encoded({.final = verdict::tempfail, .edits = {.discard = true}, .reply = {}}, agreement{}), packet('t'))
        << "a mail whose copies are not on disk is not thrown away";
}

} // namespace
} // namespace sealgate::milter
