// Sinks as they are written: which are taken, and which would betray the log.
#include "milter/settings/sink_url.hpp"

#include <gmock/gmock.h>

#include <tuple>

namespace sealgate::milter {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string refusal_of(std::string_view text) {
    const auto sink = parse_sink(text);
    return sink ? "taken" : sink.error();
}

TEST(SinkUrl, OfThisMachineNeedsNoMore) {
    for (const auto* text :
         {"postgresql://mx1@127.0.0.1/audit", "postgres://mx1@localhost:5433/audit", "postgresql://mx1@[::1]/audit",
          "postgresql://mx1@%2Fvar%2Frun%2Fpostgresql/audit", "postgresql:///audit?user=mx1"})
        EXPECT_EQ(refusal_of(text), "taken") << text;
    EXPECT_EQ(parse_database("postgresql://mx1@127.0.0.1/audit")->shown, "postgresql://127.0.0.1/audit");
    EXPECT_EQ(parse_database("postgresql://mx1@127.0.0.1:5433/audit")->shown, "postgresql://127.0.0.1:5433/audit");
}

TEST(SinkUrl, OverTheNetworkTheNameIsHeldAgainstTheCertificate) {
    for (const auto* mode : {"", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=disable"})
        EXPECT_THAT(refusal_of(std::string("postgresql://mx1@db.example.org/audit") + mode), HasSubstr("sslmode=verify-full"))
            << mode;
    EXPECT_THAT(refusal_of("postgresql://mx1@127.0.0.1,db.example.org/audit"), HasSubstr("sslmode=verify-full"));
    for (const auto* text :
         {"postgresql://mx1@localhost/audit?hostaddr=192.0.2.1", "postgresql://mx1@db.example.org/audit?hostaddr=127.0.0.1",
          "postgresql://mx1@localhost,db.example.org/audit?hostaddr=127.0.0.1,", "postgresql://mx1@127.db.example.org/audit"})
        EXPECT_THAT(refusal_of(text), HasSubstr("sslmode=verify-full")) << text;
    EXPECT_THAT(refusal_of("postgresql:///audit?user=mx1&service=elsewhere"), HasSubstr("names a service"));
    EXPECT_EQ(refusal_of("postgresql://mx1@db1.example.org,db2.example.org/audit?sslmode=verify-full&sslrootcert=/etc/ca.pem"),
              "taken");
}

TEST(SinkUrl, NoPasswordStandsInAFileThatOthersRead) {
    for (const auto* text : {"postgresql://mx1:secret@127.0.0.1/audit", "postgresql://mx1@127.0.0.1/audit?password=secret"}) {
        EXPECT_THAT(refusal_of(text), HasSubstr("passfile="));
        EXPECT_THAT(refusal_of(text), Not(HasSubstr("secret")));
    }
    EXPECT_EQ(refusal_of("postgresql://mx1@127.0.0.1/audit?passfile=/etc/sealgate/pgpass"), "taken");
}

TEST(SinkUrl, SyslogByItsWay) {
    using way = syslog_url::way;
    const auto local = parse_syslog("syslog:unix:/dev/log");
    ASSERT_TRUE(local);
    EXPECT_EQ(std::tuple(local->by, local->path, local->shown), std::tuple(way::local, "/dev/log", "syslog:unix:/dev/log"));
    const auto plain = parse_syslog("syslog:tcp:[2001:db8::1]:514");
    ASSERT_TRUE(plain);
    EXPECT_EQ(std::tuple(plain->by, plain->host, plain->port), std::tuple(way::tcp, "2001:db8::1", "514"));
    const auto tls = parse_syslog("syslog:tls:siem.example.org:6514?ca=/etc/sealgate/ca.pem&certificate=/c.pem&key=/k.pem");
    ASSERT_TRUE(tls);
    EXPECT_EQ(std::tuple(tls->by, tls->host, tls->port), std::tuple(way::tls, "siem.example.org", "6514"));
    EXPECT_EQ(std::tuple(tls->ca, tls->certificate, tls->key), std::tuple("/etc/sealgate/ca.pem", "/c.pem", "/k.pem"));
    EXPECT_EQ(tls->shown, "syslog:tls:siem.example.org:6514");
}

TEST(SinkUrl, ASyslogThatIsWrongSaysHowItIsWritten) {
    for (const auto* text :
         {"syslog:", "syslog:udp:siem.example.org:514", "syslog:tcp:siem.example.org", "syslog:tcp:siem.example.org:0",
          "syslog:tcp:siem.example.org:70000", "syslog:tls::6514", "syslog:tcp:2001:db8::1:514"})
        EXPECT_THAT(refusal_of(text), HasSubstr("syslog:tls:HOST:PORT")) << text;
    EXPECT_THAT(refusal_of("syslog:unix:dev/log"), HasSubstr("a path from /"));
    EXPECT_THAT(refusal_of("syslog:tcp:siem.example.org:514?ca=/ca.pem"), HasSubstr("without TLS"));
    EXPECT_THAT(refusal_of("syslog:tls:siem.example.org:6514?ca=ca.pem"), HasSubstr("a path from /"));
    EXPECT_THAT(refusal_of("syslog:tls:siem.example.org:6514?trust=all"), HasSubstr("\"trust=all\""));
    EXPECT_THAT(refusal_of("syslog:tls:siem.example.org:6514?key=/k.pem"), HasSubstr("together"));
    EXPECT_THAT(refusal_of("syslog:tls:siem.example.org:6514?ca=/a.pem&ca=/b.pem"), HasSubstr("twice"));
}

TEST(SinkUrl, WhatIsNoneSaysWhatWouldDo) {
    for (const auto* form : {"postgresql://ROLE@HOST/DATABASE", "syslog:unix:/dev/log"})
        EXPECT_THAT(refusal_of(""), HasSubstr(form));
    EXPECT_THAT(refusal_of("mysql://mx1@127.0.0.1/audit"), HasSubstr("is no sink"));
    EXPECT_THAT(refusal_of("postgresql://127.0.0.1/audit"), HasSubstr("names no role"));
    EXPECT_THAT(refusal_of("postgresql://mx1@127.0.0.1"), HasSubstr("names no database"));
    EXPECT_THAT(refusal_of("postgresql://mx1@127.0.0.1/audit?nonsense=1"), HasSubstr("nonsense"));
    EXPECT_THAT(refusal_of("postgresql://mx1@[::1/audit"), Not(HasSubstr("taken")));
}

} // namespace
} // namespace sealgate::milter
