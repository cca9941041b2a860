// CLASS of appointments, wherever a mail carries a calendar.
#include "policy/base/base64.hpp"
#include "policy/labels/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;
using testing::IsEmpty;

message calendar_mail(const std::string& type, const std::string& body, const std::string& encoding = "7bit") {
    return parse_message("Content-Type: " + type + "\nContent-Transfer-Encoding: " + encoding + "\n\n" + body);
}

std::string appointment(const std::string& line) {
    return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:[Confidential] merger\r\n" + line +
           "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::vector<std::string> classes_in(const message& mail) {
    std::vector<std::string> out;
    for (const auto& one : calendar_classes(mail)) out.push_back(one.malformed ? "?" : one.values.at(0));
    return out;
}

TEST(Calendar, TheClassOfAnAppointmentIsRead) {
    for (const char* line :
         {"CLASS:CONFIDENTIAL", "class: CONFIDENTIAL ", "CLASS;X-A=\"a:b\";Y=z:CONFIDENTIAL", "CLA\r\n SS:CONFI\r\n\tDENTIAL"})
        EXPECT_THAT(classes_in(calendar_mail("text/calendar; method=REQUEST", appointment(line))), ElementsAre("CONFIDENTIAL"))
            << line;
    for (const char* line : {"CLASSIFICATION:X", "X-CLASS:CONFIDENTIAL", "DESCRIPTION:CLASS:CONFIDENTIAL", "CLASS-X:Y"})
        EXPECT_THAT(classes_in(calendar_mail("text/calendar", appointment(line))), IsEmpty()) << line;
}

TEST(Calendar, ACarriageReturnAloneEndsALineToo) {
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", "BEGIN:VCALENDAR\rCLASS:CONFIDENTIAL\rEND:VCALENDAR\r")),
                ElementsAre("CONFIDENTIAL"));
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", appointment("SUMMARY:x\rCLASS:PRIVATE"))), ElementsAre("PRIVATE"));
}

TEST(Calendar, ItIsFoundByTypeAndByNameInAnyPart) {
    const auto body = appointment("CLASS:PRIVATE");
    EXPECT_THAT(classes_in(calendar_mail("text/x-vcalendar", body)), ElementsAre("PRIVATE"));
    EXPECT_THAT(classes_in(calendar_mail("application/octet-stream; name=\"A.VCS\"", body)), ElementsAre("PRIVATE"));
    EXPECT_THAT(classes_in(calendar_mail("application/ics", body)), ElementsAre("PRIVATE"));
    EXPECT_THAT(classes_in(calendar_mail("application/octet-stream; name=\"invite.ICS\"", body)), ElementsAre("PRIVATE"));
    EXPECT_THAT(classes_in(calendar_mail("text/plain", body)), IsEmpty());
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", sealgate::text::encode_base64(body), "base64")),
                ElementsAre("PRIVATE"));
    EXPECT_THAT(
        classes_in(calendar_mail("multipart/mixed; boundary=b",
                                 "--b\r\n\r\nhello\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n"
                                 "Content-Type: text/calendar\r\n\r\n" +
                                     body + "\r\n--c--\r\n--b--\r\n")),
        ElementsAre("PRIVATE"));
}

TEST(Calendar, WhatCannotBeReadIsMalformed) {
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", appointment("CLASS"))), ElementsAre("?"));
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", appointment("CLASS:"))), ElementsAre("?"));
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", "not base64 at all!", "base64")), ElementsAre("?"));
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", "x", "x-unknown")), ElementsAre("?"));
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", std::string("C\0L\0A\0", 6))), ElementsAre("?"));
}

TEST(Calendar, OfAFormThatIsNotReadIsMalformed) {
    EXPECT_THAT(classes_in(calendar_mail("application/calendar+json", R"(["class", {}, "text", "PRIVATE"])")),
                ElementsAre("?"));
    EXPECT_THAT(classes_in(calendar_mail("application/calendar+xml", "<class><text>PRIVATE</text></class>")), ElementsAre("?"));
}

TEST(Calendar, UnitsOfTwoBytesAreRead) {
    std::string wide;
    for (const char c : appointment("CLASS:PRIVATE")) wide.append({c, '\0'});
    EXPECT_THAT(classes_in(calendar_mail("text/calendar; charset=utf-16le", sealgate::text::encode_base64(wide), "base64")),
                ElementsAre("PRIVATE"));
}

TEST(Calendar, ThousandsOfAppointmentsSayEachClassOnceAndAThousandClassesAreTooMany) {
    std::string many, different;
    for (int i = 0; i < 10'000; ++i) {
        many += "CLASS:PUBLIC\r\n";
        different += "CLASS:X-" + std::to_string(i) + "\r\n";
    }
    EXPECT_THAT(classes_in(calendar_mail("text/calendar", many + "CLASS:PRIVATE\r\n")), ElementsAre("PUBLIC", "PRIVATE"));
    const auto read = calendar_classes(calendar_mail("text/calendar", different));
    ASSERT_EQ(read.size(), 1001U);
    EXPECT_TRUE(read.back().malformed);
}

} // namespace
