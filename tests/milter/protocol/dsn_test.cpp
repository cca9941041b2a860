// Parameters of delivery status notifications, as clients write them.
#include "milter/protocol/dsn.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using namespace std::string_literals;

std::string mail_with(std::string_view parameter) {
    dsn_of_mail dsn;
    take_parameter(dsn, parameter);
    EXPECT_TRUE(is_allowed(dsn));
    return parameters(dsn);
}

std::string recipient_with(std::string_view parameter) {
    dsn_of_recipient dsn;
    take_parameter(dsn, parameter);
    EXPECT_TRUE(is_allowed(dsn));
    return parameters(dsn);
}

TEST(Dsn, WhatTheStandardAllowsIsCarriedOn) {
    EXPECT_EQ(mail_with("RET=HDRS"), " RET=HDRS");
    EXPECT_EQ(mail_with("ret=full"), " RET=FULL");
    EXPECT_EQ(mail_with("ENVID=QQ314159+2B"), " ENVID=QQ314159+2B");
    EXPECT_EQ(mail_with("ENVID=" + std::string(100, 'x')), " ENVID=" + std::string(100, 'x'));
    EXPECT_EQ(recipient_with("NOTIFY=NEVER"), " NOTIFY=NEVER");
    EXPECT_EQ(recipient_with("Notify=success,Failure,DELAY"), " NOTIFY=SUCCESS,FAILURE,DELAY");
    EXPECT_EQ(recipient_with("ORCPT=rfc822;Bob+2Bx@Partner.example"), " ORCPT=rfc822;Bob+2Bx@Partner.example");
    EXPECT_EQ(recipient_with("ORCPT=utf-8;b@x"), " ORCPT=utf-8;b@x");
}

TEST(Dsn, AllTogetherKeepTheirPlaces) {
    dsn_of_mail mail;
    for (const auto* one : {"SIZE=12", "ENVID=x", "BODY=8BITMIME", "RET=FULL"}) take_parameter(mail, one);
    EXPECT_EQ(parameters(mail), " RET=FULL ENVID=x");
    dsn_of_recipient recipient;
    for (const auto* one : {"ORCPT=rfc822;b@x", "NOTIFY=DELAY"}) take_parameter(recipient, one);
    EXPECT_EQ(parameters(recipient), " NOTIFY=DELAY ORCPT=rfc822;b@x");
    EXPECT_EQ(parameters(dsn_of_mail{}) + parameters(dsn_of_recipient{}), "");
}

TEST(Dsn, EverythingElseIsAsNone) {
    for (const auto& one : {"RET=BODY"s, "RET="s, "RET"s, "ENVID="s, "ENVID=a b"s, "ENVID=a=b"s, "ENVID=+2b"s, "ENVID=+2"s,
                            "ENVID=\r\nDATA"s, "ENVID=\xC3\xB6"s, "ENVID=" + std::string(101, 'x'), "NOTIFY=NEVER"s})
        EXPECT_EQ(mail_with(one), "") << one;
    for (const auto& one :
         {"NOTIFY=NEVER,SUCCESS"s, "NOTIFY="s, "NOTIFY=SUCCESS,"s, "NOTIFY=SOON"s, "NOTIFY=DELAY,DELAY,DELAY,DELAY"s,
          "ORCPT=bob@x"s, "ORCPT=rfc822;"s, "ORCPT=;bob@x"s, "ORCPT=rfc 822;bob@x"s, "ORCPT=rfc822;a b"s,
          "ORCPT=rfc822;b@x\r\nDATA"s, "ORCPT=utf-8;\xC3\xB6@x"s, "ORCPT=rfc822;" + std::string(494, 'x'), "RET=FULL"s})
        EXPECT_EQ(recipient_with(one), "") << one;
}

TEST(Dsn, WhatIsReadFromAFileIsHeldAgainstTheSame) {
    EXPECT_TRUE(is_allowed(dsn_of_mail{}) && is_allowed(dsn_of_recipient{}));
    EXPECT_FALSE(is_allowed(dsn_of_mail{.ret = "FULL\r\nDATA", .envid = ""}));
    EXPECT_FALSE(is_allowed(dsn_of_mail{.ret = "", .envid = "a b"}));
    EXPECT_FALSE(is_allowed(dsn_of_recipient{.notify = "never", .orcpt = ""}));
    EXPECT_FALSE(is_allowed(dsn_of_recipient{.notify = "", .orcpt = "x"}));
}

TEST(Dsn, AFailureIsToldUnlessSomethingElseWasAskedFor) {
    const std::pair<const char*, bool> cases[] = {{"", true},       {"FAILURE", true},  {"DELAY,FAILURE", true},
                                                  {"NEVER", false}, {"SUCCESS", false}, {"SUCCESS,DELAY", false}};
    for (const auto& [notify, told] : cases) EXPECT_EQ(is_told_of_failure({.notify = notify, .orcpt = ""}), told) << notify;
}

TEST(Dsn, XtextIsReadAndCannotBreakALine) {
    EXPECT_EQ(printable_xtext("a+2Bb+3Dc"), "a+b=c");
    EXPECT_EQ(printable_xtext("a+0D+0Ab+C3+B6"), "a??b?");
    EXPECT_EQ(printable_xtext("+2"), "+2");
}

} // namespace
} // namespace sealgate::milter
