// Sinks as they are written: which are taken, and which would betray the log.
#include "milter/settings/sink_url.hpp"

#include <gmock/gmock.h>

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
    EXPECT_EQ(parse_sink("postgresql://mx1@127.0.0.1/audit")->shown, "postgresql://127.0.0.1/audit");
    EXPECT_EQ(parse_sink("postgresql://mx1@127.0.0.1:5433/audit")->shown, "postgresql://127.0.0.1:5433/audit");
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

TEST(SinkUrl, WhatIsNoneSaysWhatWouldDo) {
    EXPECT_THAT(refusal_of(""), HasSubstr("postgresql://ROLE@HOST/DATABASE"));
    EXPECT_THAT(refusal_of("mysql://mx1@127.0.0.1/audit"), HasSubstr("is no sink"));
    EXPECT_THAT(refusal_of("postgresql://127.0.0.1/audit"), HasSubstr("names no role"));
    EXPECT_THAT(refusal_of("postgresql://mx1@127.0.0.1"), HasSubstr("names no database"));
    EXPECT_THAT(refusal_of("postgresql://mx1@127.0.0.1/audit?nonsense=1"), HasSubstr("nonsense"));
    EXPECT_THAT(refusal_of("postgresql://mx1@[::1/audit"), Not(HasSubstr("taken")));
}

} // namespace
} // namespace sealgate::milter
