// The little XML of labels: what is well-formed is read, and everything else is none.
#include "policy/labels/markup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;

TEST(Markup, ElementsAttributesAndTextAreRead) {
    const auto read = parse_markup("<?xml version=\"1.0\"?> <!-- x --> <s:sisl xmlns:s='urn:x' a = \"1 &lt; 2&#x21;&#33;\">one"
                                   "<element uid=\"A\" value=\"\" /><b>t&amp;u</b> two</s:sisl>\n");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 3U);
    EXPECT_EQ((*read)[0].name, "sisl");
    EXPECT_EQ((*read)[0].attribute("a"), "1 < 2!!");
    EXPECT_EQ((*read)[0].text, "one two");
    EXPECT_EQ((*read)[1].attribute("uid"), "A");
    EXPECT_EQ((*read)[1].attribute("none"), "");
    EXPECT_EQ((*read)[2].text, "t&u");
}

TEST(Markup, WhatIsNotWellFormedIsNone) {
    for (const char* document : {"",
                                 " ",
                                 "text",
                                 "<a>",
                                 "</a>",
                                 "<a></b>",
                                 "<a",
                                 "<a b>",
                                 "<a b=c/>",
                                 "<a b=\"c/>",
                                 "<a b='1'c='2'/>",
                                 "<a/><b/>",
                                 "<a/>text",
                                 "x<a/>",
                                 "<a>&unknown;</a>",
                                 "<a>&amp</a>",
                                 "<a>&#0;</a>",
                                 "<a>&#xD800;</a>",
                                 "<a>&#x110000;</a>",
                                 "<a>&#99999999999;</a>",
                                 "<!DOCTYPE a><a/>",
                                 "<a><![CDATA[x]]></a>",
                                 "<a><!-- open</a>",
                                 "<?xml",
                                 "< a/>",
                                 "<a b='<'/>",
                                 "<a/ >",
                                 "<>"})
        EXPECT_FALSE(parse_markup(document)) << document;
}

TEST(Markup, HostileDocumentsAreReadOnce) {
    std::string deep, wide = "<a>";
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    EXPECT_FALSE(parse_markup(deep));
    for (int i = 0; i < 100'000; ++i) deep += "</a>";
    EXPECT_EQ(parse_markup(deep)->size(), 100'000U);
    for (int i = 0; i < 10'000; ++i) wide += "<b x='1'/>";
    EXPECT_EQ(parse_markup(wide + "</a>")->size(), 10'001U);
    EXPECT_FALSE(parse_markup("<a>" + std::string(1'000'000, '&')));
    EXPECT_FALSE(parse_markup(std::string(1'000'000, '<')));
}

} // namespace
