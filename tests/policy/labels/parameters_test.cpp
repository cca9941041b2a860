// Parameters of RFC 2045 and 2231: quoted, continued, encoded; and whatever else stands there is told.
#include "policy/labels/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;

mime_parameter parameter(std::string name, std::string value) { return {.name = std::move(name), .value = std::move(value)}; }

TEST(Parameters, QuotesEscapesAndCommentsAreUndone) {
    const auto read =
        parse_parameters(R"( Marking="ACME; \"CONFIDENTIAL\"" (a (nested) \) comment) ; fgcolor = white;type=":ess" ; )");
    EXPECT_TRUE(read.whole);
    EXPECT_THAT(read.all, ElementsAre(parameter("marking", "ACME; \"CONFIDENTIAL\""), parameter("fgcolor", "white"),
                                      parameter("type", ":ess")));
    EXPECT_TRUE(parse_parameters("").whole && parse_parameters(" ; ").all.empty());
}

TEST(Parameters, ContinuationsAndCharsetsAreUndone) {
    const auto read = parse_parameters("label*1=\"YmVsIC8+\"; label*0=\"PHNs\"; marking*=utf-8'de'Streng%20vertraulich");
    EXPECT_TRUE(read.whole);
    EXPECT_THAT(read.all, ElementsAre(parameter("label", "PHNsYmVsIC8+"), parameter("marking", "Streng vertraulich")));
    const auto mixed = parse_parameters("marking*0*=iso-8859-1''G%E4ste; marking*1=\" 100%25\"");
    EXPECT_TRUE(mixed.whole);
    EXPECT_THAT(mixed.all, ElementsAre(parameter("marking", "G\u00E4ste 100%25")));
}

TEST(Parameters, WhatIsNoneIsTold) {
    for (const char* field : {"marking", "marking=", "=x", "marking=\"open", "a=b c=d", "a=b, c=d", "(open", "a=b; (open",
                              "a=1; a=2", "a*0=x; a*2=y", "a*1=x", "a*0=x; a=y", "a*x=y", "a*=x", "a*=utf-8'x", "a*=nosuch''x",
                              "a*=utf-8''%zz", "a*99999999999999999999999=x"})
        EXPECT_FALSE(parse_parameters(field).whole) << field;
}

TEST(Parameters, WhatStandsBesideIsStillRead) {
    EXPECT_THAT(parse_parameters("garbage here; marking=SECRET; =").all, ElementsAre(parameter("marking", "SECRET")));
    EXPECT_THAT(parse_parameters("a=1; a=2").all, ElementsAre(parameter("a", "1")));
}

TEST(Parameters, HostileFieldsAreReadOnce) {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "p" + std::to_string(i) + "=x;";
    EXPECT_THAT(parse_parameters(many).all, testing::SizeIs(20'000));
    std::string pieces;
    for (int i = 0; i < 20'000; ++i) pieces += "label*" + std::to_string(i) + "=x;";
    EXPECT_EQ(parse_parameters(pieces).all.at(0).value, std::string(20'000, 'x'));
    EXPECT_FALSE(parse_parameters(std::string(1'000'000, '(')).whole);
    EXPECT_FALSE(parse_parameters("a=\"" + std::string(1'000'000, '\\')).whole);
}

} // namespace
