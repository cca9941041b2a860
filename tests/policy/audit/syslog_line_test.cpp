// Records as syslog lines: what stands in them and in which order, what is left out, and that nothing in a record ends a line
// or a value.
#include "policy/audit/syslog_line.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const syslog_origin mx1{.host = "mx1.example.org", .gateway = "mx1", .process = 77};
const link seventh{.seq = 7, .prev = std::string(64, 'a'), .hash = std::string(64, 'b')};

std::string line_of(std::string_view record, syslog_form form = syslog_form::rfc5424) {
    return syslog_line(seventh, record, mx1, form);
}

constexpr std::string_view sealed =
    R"({"seq":7,"time":"2026-11-30T09:00:00.123Z","id":"7Q2K-M4XD","queue_id":"4XYZ","sender":"ann@example.org",)"
    R"("classification":"confidential","outcome":"seal","mode":"enforce","recipients":[)"
    R"({"address":"bob@partner.example","key":{"state":"usable","fingerprint":"AAAA"},"reason":null},)"
    R"({"address":"max@partner.example","key":{"state":"usable","fingerprint":"AAAA"},"reason":null}],"prev":"a","hash":"b"})";

TEST(SyslogLine, OfADecision) {
    EXPECT_EQ(line_of(sealed),
              "<134>1 2026-11-30T09:00:00.123Z mx1.example.org sealgate 77 decision [sealgate@32473 seq=\"7\" hash=\"" +
                  std::string(64, 'b') +
                  "\" gateway=\"mx1\" kind=\"decision\" time=\"2026-11-30T09:00:00.123Z\" id=\"7Q2K-M4XD\" "
                  "outcome=\"seal\" mode=\"enforce\" classification=\"confidential\" queue_id=\"4XYZ\" "
                  "sender=\"ann@example.org\" recipient_count=\"2\" "
                  "recipients=\"bob@partner.example,max@partner.example\" keys=\"AAAA\"] seal 7Q2K-M4XD");
}

TEST(SyslogLine, AtDevLogTheHeaderIsThatOfSyslog3) {
    EXPECT_THAT(line_of(sealed, syslog_form::rfc3164), StartsWith("<134>sealgate[77]: [sealgate@32473 seq=\"7\" "));
}

TEST(SyslogLine, ItsPrioritySaysHowMuchItMatters) {
    EXPECT_THAT(line_of(R"({"outcome":"reject"})"), StartsWith("<133>"));
    EXPECT_THAT(line_of(R"({"outcome":"defer"})"), StartsWith("<132>"));
    EXPECT_THAT(line_of(R"({"outcome":"deliver"})"), StartsWith("<134>"));
    EXPECT_THAT(line_of(R"({"event":"reload"})"), StartsWith("<133>1 - mx1.example.org sealgate 77 reload "));
    EXPECT_THAT(line_of(R"({"event":"log-found"})"), StartsWith("<132>"));
    EXPECT_THAT(line_of(R"({"event":"clock-jumped"})"), StartsWith("<132>"));
}

TEST(SyslogLine, OfAKeyThatWasFound) {
    const auto line =
        line_of(R"({"event":"key-found","fingerprint":"AAAA","addresses":["a@b.example","c@d.example"],"source":"wkd"})");
    EXPECT_THAT(
        line, HasSubstr(R"( kind="key-found" fingerprint="AAAA" source="wkd" addresses="a@b.example,c@d.example"] key-found)"));
}

TEST(SyslogLine, NothingInARecordEndsAValueOrALine) {
    const auto line =
        line_of(R"({"outcome":"deliver","id":"x\n<1>y","sender":"\"a]b\\c\"@example.org\u2028\u0000\u202e","mode":"\r"})");
    EXPECT_THAT(line, HasSubstr(R"(sender="\"a\]b\\c\"@example.org)"));
    EXPECT_THAT(line, Not(ContainsRegex("[\x01-\x1f]")));
    EXPECT_EQ(line.find('\0'), std::string::npos);
}

TEST(SyslogLine, AnAddressWithACommaIsOne) {
    EXPECT_THAT(line_of(R"({"recipients":[{"address":"\"a,bob@x\"@partner.example"},{"address":"c@d.example"}]})"),
                HasSubstr(R"(recipients="\"a%2Cbob@x\"@partner.example,c@d.example")"));
}

TEST(SyslogLine, WhatDoesNotFitIsNamed) {
    std::string record = R"({"time":"2026-11-30T09:00:00Z","id":"7Q2K-M4XD","outcome":"reject","recipients":[)";
    for (int i = 0; i < 1000; ++i)
        record += (i > 0 ? "," : "") + std::string(R"({"address":"somebody)") + std::to_string(i) +
                  R"(@partner.example","reason":"no-key"})";
    const auto line = line_of(record + "]}");
    EXPECT_LE(line.size(), longest_syslog_line);
    EXPECT_GT(line.size(), longest_syslog_line - 150) << "as many as there is room for";
    EXPECT_THAT(
        line,
        HasSubstr(
            R"( recipient_count="1000" reasons="no-key" recipients="somebody0@partner.example,somebody1@partner.example,)"));
    EXPECT_THAT(line, HasSubstr(R"( cut="recipients"] reject 7Q2K-M4XD)"));
}

TEST(SyslogLine, WithinItsLengthWhateverIsInIt) {
    const std::string much(5000, ']');
    std::string record = "{";
    for (const auto* field : {"id", "outcome", "mode", "classification", "protection", "queue_id", "sender", "user", "client",
                              "message_id", "policy", "fingerprint", "source", "evidence", "replaces", "event"})
        record += (record.size() > 1 ? ",\"" : "\"") + std::string(field) + "\":\"" + much + '"';
    const auto line = line_of(record + "}");
    EXPECT_LE(line.size(), longest_syslog_line);
    EXPECT_THAT(line, HasSubstr(" cut=\""));
}

TEST(SyslogLine, OneThatIsNoRecordSaysWhereItStands) {
    EXPECT_THAT(line_of("no JSON"), HasSubstr(R"( damaged [sealgate@32473 seq="7" hash=")"));
}

} // namespace
} // namespace sealgate::policy
