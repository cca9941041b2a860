// What postconf(1) prints becomes values: as Debian's Postfix prints it, and what is none.
#include "milter/postfix/configuration.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace sealgate::milter {
namespace {

constexpr std::string_view lines =
    "smtp       inet  n       -       y       -       -       smtpd\n"
    "cleanup    unix  n       -       -       -       0       cleanup\n"
    "private/odd unix -      -       n       -       -       smtp\n"
    "submission inet  n       -       y       -       -       smtpd -o smtpd_milters=$mua -o {a=b, c}\n"
    "127.0.0.1:10025 inet n   -       n       -       -       smtpd -o smtpd_milters=\n"
    "[::1]:10026 inet n       -       n       -       -       smtpd\n";
constexpr std::string_view own =
    "submission/inet/smtpd_milters = $mua\nsubmission/inet/a = b, c\n127.0.0.1:10025/inet/smtpd_milters =\n"
    "private/odd/unix/x = y\nnobody/inet/x = y\nnonsense\n";
constexpr std::string_view in_force =
    "submission/inet/smtpd_milters = inet:127.0.0.1:8891\n127.0.0.1:10025/inet/smtpd_milters =\n";

postfix_configuration read() {
    return {.directory = "/etc/postfix",
            .set = parse_parameters("smtpd_milters = $all\n"),
            .in_force = parse_parameters("smtpd_milters = unix:a\nmynetworks = 127.0.0.0/8 [::1]/128, hash:/etc/x, !10.0.0.1\n"
                                         "message_size_limit = 10240000\nempty =\n"),
            .services = parse_services(lines, own, in_force).value()};
}

TEST(PostfixConfiguration, KnowsServices) {
    const auto now = read();
    ASSERT_EQ(now.services.size(), 6U);
    EXPECT_TRUE(now.find("smtp/inet")->is_chrooted);
    EXPECT_FALSE(now.find("cleanup/unix")->is_chrooted) << "- is n";
    EXPECT_EQ(now.find("smtp/inet")->port(), 25);
    EXPECT_EQ(now.find("submission/inet")->port(), 587);
    EXPECT_EQ(now.at_port(10025)->host(), "127.0.0.1");
    EXPECT_TRUE(now.at_port(10025)->is_on_loopback());
    EXPECT_EQ(now.at_port(10026)->host(), "::1");
    EXPECT_FALSE(now.find("smtp/inet")->is_on_loopback());
    EXPECT_EQ(now.find("private/odd/unix")->own.at("x"), "y");
    EXPECT_EQ(now.find("cleanup/unix")->port(), std::nullopt);
    EXPECT_EQ(now.at_port(26), nullptr);
}

TEST(PostfixConfiguration, OfAServiceItsOwnWordCounts) {
    const auto now = read();
    EXPECT_EQ(now.value(*now.find("smtp/inet"), "smtpd_milters"), "unix:a");
    EXPECT_EQ(now.value(*now.find("submission/inet"), "smtpd_milters"), "inet:127.0.0.1:8891");
    EXPECT_EQ(now.find("submission/inet")->own.at("smtpd_milters"), "$mua");
    EXPECT_EQ(now.value(*now.at_port(10025), "smtpd_milters"), "") << "none is not the same as not said";
    EXPECT_EQ(now.spelled("smtpd_milters"), "$all");
    EXPECT_EQ(now.spelled("mynetworks"), std::nullopt);
    EXPECT_EQ(now.value("unheard_of"), "");
}

TEST(PostfixConfiguration, KnowsNetworksAndNumbers) {
    const auto now = read();
    EXPECT_EQ(now.networks(), (std::vector<std::string>{"127.0.0.0/8", "::1/128"}));
    EXPECT_EQ(now.number("message_size_limit"), 10240000U);
    EXPECT_EQ(now.number("empty"), std::nullopt);
    EXPECT_EQ(now.number("mynetworks"), std::nullopt);
}

TEST(PostfixConfiguration, ALineThatIsNoneIsNamed) {
    const auto read = parse_services("smtp inet n - y - -\n", "", "");
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().find("smtp inet n - y"), std::string::npos);
    EXPECT_EQ(parse_parameters("no equals sign\n = no name\n").size(), 0U);
    EXPECT_TRUE(parse_services("", "", "")->empty());
}

TEST(PostfixConfiguration, PortsThatAreNoneAreNone) {
    for (const auto* name : {"65536", "host:", "127.0.0.1:0x19", "-1", ":"})
        EXPECT_EQ((postfix_service{.name = name, .type = "inet", .program = "smtpd", .line = ""}.port()), std::nullopt) << name;
}

TEST(PostfixList, IsSplitAsPostfixDoes) {
    using list = std::vector<std::string>;
    EXPECT_EQ(split_list(" a,b  c,\t,d "), (list{"a", "b", "c", "d"}));
    EXPECT_EQ(split_list("{ unix:a, default_action=accept }, $b"), (list{"{ unix:a, default_action=accept }", "$b"}));
    EXPECT_EQ(split_list("{ a { b, c } } d"), (list{"{ a { b, c } }", "d"}));
    EXPECT_EQ(split_list("} a, { b"), (list{"}", "a", "{ b"}));
    EXPECT_EQ(split_list(""), list{});
}

TEST(PostfixList, TakesLinearTime) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(split_list(std::string(4'000'000, '{')).size(), 1U);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

} // namespace
} // namespace sealgate::milter
