// An edit knows its postconf(1) command and its way back, and a record of edits reads as it was written, or not at all.
#include "milter/postfix/edits.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using place = postfix_edit::place;

postfix_configuration now() {
    return {.directory = {},
            .set = parse_parameters("smtpd_milters = $a,  $b\n"),
            .in_force = {},
            .services = parse_services("smtp inet  n  -  y  -  - smtpd -o x=y\n", "smtp/inet/x = {a, b=c}\n", "").value()};
}

TEST(PostfixEdit, IsThereOnlyWhereItChangesSomething) {
    EXPECT_EQ(edit_to(now(), place::parameter, "smtpd_milters", "$a, $b"), std::nullopt) << "blanks do not matter";
    EXPECT_EQ(edit_to(now(), place::service, "smtp/inet", "smtp inet n - y - - smtpd -o x=y"), std::nullopt);
    EXPECT_EQ(edit_to(now(), place::own, "smtp/inet/x", "{a,b=c}"), std::nullopt);
    EXPECT_EQ(edit_to(now(), place::parameter, "unheard_of", std::nullopt), std::nullopt);
    EXPECT_EQ(edit_to(now(), place::own, "nobody/inet/x", std::nullopt), std::nullopt);
    const auto edit = edit_to(now(), place::parameter, "smtpd_milters", "$c");
    ASSERT_TRUE(edit);
    EXPECT_EQ(edit->before, "$a,  $b");
    EXPECT_EQ(edit->undone().after, "$a,  $b");
    EXPECT_TRUE(is_made(now(), edit->undone()));
}

TEST(PostfixEdit, BecomesACommand) {
    const auto command = [](place where, std::string key, std::optional<std::string> after) {
        return postconf_command({.where = where, .key = std::move(key), .before = {}, .after = std::move(after)}, " -c /x");
    };
    EXPECT_EQ(command(place::parameter, "a", "$b, c"), "postconf -c /x -e 'a = $b, c'");
    EXPECT_EQ(command(place::parameter, "a", std::nullopt), "postconf -c /x -X a");
    EXPECT_EQ(command(place::own, "smtp/inet/a", "{ b, c=d }, $e"), "postconf -c /x -P -e 'smtp/inet/a={b,c=d},$e'");
    EXPECT_EQ(command(place::own, "smtp/inet/a", std::nullopt), "postconf -c /x -PX smtp/inet/a");
    EXPECT_EQ(command(place::service, "smtp/inet", "smtp inet n"), "postconf -c /x -M -e 'smtp/inet=smtp inet n'");
    EXPECT_EQ(command(place::service, "smtp/inet", std::nullopt), "postconf -c /x -MX smtp/inet");
    EXPECT_EQ(shell_quoted("it's; rm"), "'it'\\''s; rm'");
    EXPECT_EQ(shell_quoted(""), "''");
}

TEST(PostfixRecord, ReadsAsItWasWritten) {
    const postfix_record record{.edits = {{.where = place::own, .key = "smtp/inet/x", .before = std::nullopt, .after = "a\"\n"},
                                          {.where = place::service, .key = "b", .before = "c", .after = std::nullopt}},
                                .main_cf = "1",
                                .master_cf = ""};
    EXPECT_EQ(parse_record(to_text(record)), record);
}

TEST(PostfixRecord, WhatIsNoneIsRefused) {
    const auto whole = to_text(postfix_record{
        .edits = {{.where = place::own, .key = "k", .before = {}, .after = "a"}}, .main_cf = "", .master_cf = ""});
    for (std::size_t length = 0; length + 2 < whole.size(); ++length)
        EXPECT_FALSE(parse_record(whole.substr(0, length))) << length;
    for (const auto* text :
         {"[]", "null", "{}", R"({"version":2,"edits":[],"main.cf":"","master.cf":""})",
          R"({"version":1,"edits":[{"where":"elsewhere","key":"","before":null,"after":null}],"main.cf":"","master.cf":""})",
          R"({"version":1,"edits":{},"main.cf":"","master.cf":""})"})
        EXPECT_FALSE(parse_record(text)) << text;
}

TEST(PostfixRecord, WhatIsNoneIsToldWithoutALibrarysSource) {
    const auto said = parse_record("no record").error();
    EXPECT_EQ(said.find_first_of("[/"), said.npos) << said;
}

TEST(PostfixRecord, KeepsTheFirstBeforeAndTheLastAfter) {
    const postfix_edit first{.where = place::parameter, .key = "a", .before = "1", .after = "2"};
    const postfix_edit second{.where = place::parameter, .key = "a", .before = "2", .after = "3"};
    const postfix_edit other{.where = place::own, .key = "a", .before = "2", .after = "3"};
    EXPECT_EQ(merged({first}, {second, other}),
              (std::vector<postfix_edit>{{.where = place::parameter, .key = "a", .before = "1", .after = "3"}, other}));
}

} // namespace
} // namespace sealgate::milter
