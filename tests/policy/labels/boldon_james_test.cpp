// Boldon James: the ids of the elements that were chosen.
#include "policy/labels/boldon_james.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;

TEST(BoldonJames, TheIdOfEachElementIsAValue) {
    const auto read = read_boldon_james(
        "<?xml version=\"1.0\" encoding=\"us-ascii\"?><sisl  xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" sislVersion=\"0\" "
        "policy=\"aaaaaaaa-0000-0000-0000-000000000000\" origin=\"userSelected\" "
        "xmlns=\"http://www.boldonjames.com/2008/01/sie/internal/label\">  <element "
        "uid=\"11111111-2222-3333-4444-555555555555\"  value=\"\" /><element uid=\"id_business\" value=\"\" /></sisl>");
    EXPECT_THAT(read.values, ElementsAre("11111111-2222-3333-4444-555555555555", "id_business"));
    EXPECT_FALSE(read.malformed);
}

TEST(BoldonJames, WhatIsNoSuchXmlIsMalformed) {
    for (const char* field : {"Confidential", "<sisl", "<sisl/>", "<sisl><element uid='a'></sisl>", "<x><element uid='a'/></x>",
                              "<?xml version=\"1.0\"?>", "<!DOCTYPE sisl><sisl><element uid='a'/></sisl>"})
        EXPECT_TRUE(read_boldon_james(field).malformed) << field;
}

} // namespace
