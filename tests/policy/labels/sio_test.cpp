// SIO-Label: its marking, its typed label, and the classification in one of STANAG 4774.
#include "policy/base/base64.hpp"
#include "policy/labels/sio.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;
using testing::IsEmpty;

std::string stanag(const std::string& classification) {
    return "<slab:originatorConfidentialityLabel xmlns:slab=\"urn:nato:stanag:4774:confidentialitymetadatalabel:1:0\">"
           "<slab:ConfidentialityInformation><slab:PolicyIdentifier>NATO</slab:PolicyIdentifier><slab:Classification>" +
           classification + "</slab:Classification></slab:ConfidentialityInformation></slab:originatorConfidentialityLabel>";
}

std::string sio_of(const std::string& document) {
    return "type=\":xml\"; label=\"" + sealgate::text::encode_base64(document) + "\"";
}

TEST(Sio, MarkingAndLabelAreBothItsValues) {
    const auto read =
        read_sio("marking=\"ACME CONFIDENTIAL\"; fgcolor=white; bgcolor=red; type=\":ess\"; label=\"MQYGASkCAQQ=\"");
    EXPECT_THAT(read.values, ElementsAre("ACME CONFIDENTIAL", ":ess MQYGASkCAQQ="));
    EXPECT_FALSE(read.malformed);
    EXPECT_EQ(read.text, "ACME CONFIDENTIAL");
    EXPECT_THAT(read_sio("marking*=utf-8'de'Streng%20vertraulich").values, ElementsAre("Streng vertraulich"));
}

TEST(Sio, TheClassificationInXmlIsAValueAloneAndBehindItsPolicy) {
    const auto read = read_sio(sio_of(stanag("SECRET")));
    EXPECT_FALSE(read.malformed);
    ASSERT_EQ(read.values.size(), 3U);
    EXPECT_EQ(read.values[1], "SECRET");
    EXPECT_EQ(read.values[2], "NATO SECRET");
}

TEST(Sio, ContinuationsAreReadAsOne) {
    const auto read = read_sio("type=\":xml\"; label*0=\"PHNsYWI6b3JpZ2luYXRvckNvbmZpZGVudGlhbGl0eUxh\"; label*1=\"YmVsIC8+\"");
    EXPECT_TRUE(read.malformed) << "it has no classification";
    EXPECT_THAT(read.values, ElementsAre(":xml PHNsYWI6b3JpZ2luYXRvckNvbmZpZGVudGlhbGl0eUxhYmVsIC8+"));
}

TEST(Sio, WhatIsNotAsTheStandardHasItIsMalformed) {
    for (const char* field : {"fgcolor=red", "CONFIDENTIAL", "type=\":ess\"", "label=x", "marking=", "marking=x; marking=y",
                              "type=\":xml\"; label=\"PHNsYWI\"", "type=\":xml\"; label=\"AAAA\""})
        EXPECT_TRUE(read_sio(field).malformed) << field;
    EXPECT_THAT(read_sio("marking=x; marking=y").values, ElementsAre("x")) << "what can be read counts all the same";
    EXPECT_TRUE(read_sio(sio_of(stanag("SECRET") + "<x/>")).malformed);
    EXPECT_THAT(read_sio("bgcolor=red").values, IsEmpty());
}

} // namespace
