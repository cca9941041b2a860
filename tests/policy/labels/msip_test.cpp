// Labels of Purview: whose they are, which are in force, and what of a hostile field is never taken for none.
#include "policy/labels/msip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::Contains;
using testing::ElementsAre;

const std::string guid = "11111111-2222-3333-4444-555555555555";
const std::string tenant = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
const std::string other_tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";

std::string msip_pair_of(const std::string& attribute, const std::string& value, const std::string& of = guid) {
    return "MSIP_Label_" + of + "_" + attribute + "=" + value + ";";
}

std::string whole_msip(const std::string& name, const std::string& site = tenant) {
    return msip_pair_of("Enabled", "true") + msip_pair_of("Name", name) + msip_pair_of("SiteId", site) +
           msip_pair_of("SetDate", "2026-05-21T01:00:28.0000000Z") + msip_pair_of("Method", "Privileged") +
           msip_pair_of("ContentBits", "3");
}

std::vector<label> msip(const std::string& value) { return read_msip(value, {tenant}); }

TEST(Msip, ALabelIsNamedByItsGuidAndByItsName) {
    const auto read = msip(whole_msip("AMD General v26"));
    ASSERT_EQ(read.size(), 1U);
    EXPECT_THAT(read[0].values, ElementsAre("AMD General v26", guid));
    EXPECT_EQ(read[0].text, "AMD General v26");
    EXPECT_FALSE(read[0].malformed);
    EXPECT_TRUE(msip("").empty());
    EXPECT_TRUE(msip(" ; ;").empty());
}

TEST(Msip, CaseAndWhiteSpaceBetweenPairsDoNotMatter) {
    const auto read =
        msip(" msip_label_" + guid + "_enabled=True;  MSIP_LABEL_" + guid + "_SITEID= AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE ");
    ASSERT_EQ(read.size(), 1U);
    EXPECT_THAT(read[0].values, ElementsAre(guid));
    EXPECT_FALSE(read[0].malformed);
}

TEST(Msip, LabelsOfOtherTenantsAndThoseTakenOffSayNothing) {
    EXPECT_TRUE(msip(whole_msip("Secret", other_tenant)).empty());
    EXPECT_TRUE(msip(msip_pair_of("Enabled", "false") + msip_pair_of("SiteId", tenant)).empty());
    EXPECT_TRUE(msip(msip_pair_of("Enabled", "False")).empty());
    EXPECT_EQ(msip(msip_pair_of("Enabled", "false") + whole_msip("Secret")).size(), 1U) << "one that is on wins";
    EXPECT_EQ(msip(msip_pair_of("SiteId", other_tenant) + whole_msip("Secret")).size(), 1U) << "ours wins";
}

TEST(Msip, SeveralLabelsAreReadEachForItself) {
    const std::string second = "f42aa342-8706-4288-bd11-ebb85995028c", third = "198e8dea-0000-4288-bd11-ebb85995028c";
    const auto read = msip(msip_pair_of("Enabled", "true", second) + whole_msip("A") + msip_pair_of("SiteId", tenant, second) +
                           msip_pair_of("Enabled", "true", third) + msip_pair_of("SiteId", other_tenant, third));
    ASSERT_EQ(read.size(), 2U);
    EXPECT_THAT(read[0].values, ElementsAre(second));
    EXPECT_THAT(read[1].values, Contains(guid));
}

TEST(Msip, ASemicolonInANameBelongsToIt) {
    const auto read = msip(whole_msip("Research; secret"));
    ASSERT_EQ(read.size(), 1U);
    EXPECT_THAT(read[0].values, Contains("Research;secret"));
    EXPECT_FALSE(read[0].malformed);
}

TEST(Msip, WhatLacksATenantOrAStateIsMalformedAndStillRead) {
    for (const auto& value : {msip_pair_of("Enabled", "true"), msip_pair_of("SiteId", tenant),
                              msip_pair_of("Enabled", "yes") + msip_pair_of("SiteId", tenant),
                              msip_pair_of("Enabled", "true") + msip_pair_of("SiteId", "aaaaaaaa-bbbb")}) {
        const auto read = msip(value);
        ASSERT_EQ(read.size(), 1U) << value;
        EXPECT_TRUE(read[0].malformed) << value;
        EXPECT_THAT(read[0].values, Contains(guid));
    }
}

TEST(Msip, WhatIsNoLabelIsMalformed) {
    for (const char* value : {"confidential", "MSIP_Label_1111_Enabled=true", "MSIP_Label_", "MSIP_Label_=x", "=;="}) {
        const auto read = msip(value);
        ASSERT_EQ(read.size(), 1U) << value;
        EXPECT_TRUE(read[0].malformed && read[0].values.empty()) << value;
    }
}

TEST(Msip, EachCutIsMalformedOrWhole) {
    const auto whole = whole_msip("Secret");
    for (std::size_t size = 1; size <= whole.size(); ++size) {
        const auto read = msip(whole.substr(0, size));
        ASSERT_FALSE(read.empty()) << size;
        EXPECT_TRUE(read.size() == 1 || read.front().malformed) << size;
    }
}

TEST(Msip, ABrokenLabelIsNeverSwallowedByTheOneBeforeIt) {
    const std::string foreign = msip_pair_of("Enabled", "true", "f42aa342-8706-4288-bd11-ebb85995028c") +
                                msip_pair_of("SiteId", other_tenant, "f42aa342-8706-4288-bd11-ebb85995028c");
    const std::string named = foreign + msip_pair_of("Name", "theirs", "f42aa342-8706-4288-bd11-ebb85995028c");
    const std::string shorter = guid.substr(1), folded = guid.substr(0, 9) + " " + guid.substr(9);
    for (const auto& first : {foreign, named, whole_msip("Public", other_tenant)})
        for (const auto& broken : {msip_pair_of("Enabled", "true", shorter), msip_pair_of("Enabled", "true", folded),
                                   "MSIP_Labe_" + guid + "_Enabled=true", "Label_" + guid + "_SiteId=" + tenant,
                                   std::string("xMSIP_Label_x_Name=Secret")}) {
            const auto read = msip(first + broken);
            ASSERT_EQ(read.size(), 1U) << broken;
            EXPECT_TRUE(read[0].malformed) << broken;
        }
    EXPECT_TRUE(msip(foreign + "Secret").front().malformed) << "only a Name goes on behind a semicolon";
}

TEST(Msip, TenThousandLabelsAreReadInOneGo) {
    std::string all;
    for (int i = 0; i < 10'000; ++i) {
        auto one = std::to_string(100'000 + i);
        all += msip_pair_of("Enabled", "true", "aa" + one + "-2222-3333-4444-555555555555") +
               msip_pair_of("SiteId", tenant, "aa" + one + "-2222-3333-4444-555555555555");
    }
    EXPECT_EQ(msip(all).size(), 10'000U);
    EXPECT_EQ(msip(whole_msip("x") + std::string(1'000'000, ';')).size(), 1U);
}

TEST(Msip, AGuidIsThirtyTwoDigitsInFiveGroups) {
    EXPECT_TRUE(is_guid(guid) && is_guid("AAAAAAAA-bbbb-CCCC-dddd-EEEEEEEEEEEE"));
    for (const char* text : {"", "11111111222233334444555555555555", "{1111111-2222-3333-4444-555555555555}",
                             "1111111g-2222-3333-4444-555555555555", "11111111-2222-3333-4444-5555555555555"})
        EXPECT_FALSE(is_guid(text)) << text;
}

} // namespace
