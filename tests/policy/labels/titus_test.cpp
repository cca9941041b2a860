// Titus: the organisation's own fields in base64 of JSON; and what is cut, nested or of another form is malformed.
#include "policy/base/base64.hpp"
#include "policy/labels/titus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string titus_json =
    R"({"CategoryLabels":"","Metadata":{"ns":"http:\/\/www.titus.com\/ns\/Example","id":"3f","props":[)"
    R"({"n":"Department","vals":[{"value":"HR"}]},{"n":"Classification","vals":[{"value":"Top Secret"},{"value":"B"}]}]},)"
    R"("SubjectLabels":[],"TMCVersion":"17.5","TrustedLabelHash":"x="})";

label titus(const std::string& json) { return read_titus(sealgate::text::encode_base64(json), {"classification"}); }

TEST(Titus, TheValuesOfTheFieldsThatThePolicyNamesAreRead) {
    const auto read = titus(titus_json);
    EXPECT_THAT(read.values, ElementsAre("Top Secret", "B"));
    EXPECT_EQ(read.text, "Top Secret");
    EXPECT_FALSE(read.malformed);
    EXPECT_THAT(read_titus(sealgate::text::encode_base64(titus_json), {"department", "classification"}).values,
                ElementsAre("HR", "Top Secret", "B"));
}

TEST(Titus, FoldsWithinTheBase64DoNotMatter) {
    auto folded = sealgate::text::encode_base64(titus_json);
    for (std::size_t at = 60; at < folded.size(); at += 60) folded.insert(at, " \t");
    EXPECT_THAT(read_titus(folded, {"classification"}).values, ElementsAre("Top Secret", "B"));
}

TEST(Titus, WhatIsOfAnotherFormIsMalformed) {
    for (const char* json :
         {"", "{", "[]", "null", "7", "{}", R"({"Metadata":7})", R"({"Metadata":{"props":{}}})", R"({"Metadata":{"props":[]}})",
          R"({"Metadata":{"props":[7]}})", R"({"Metadata":{"props":[{"n":7}]}})",
          R"({"Metadata":{"props":[{"n":"Classification"}]}})", R"({"Metadata":{"props":[{"n":"Classification","vals":[7]}]}})",
          R"({"Metadata":{"props":[{"n":"Classification","vals":[{"value":7}]}]}})",
          R"({"Metadata":{"props":[{"n":"Department","vals":[{"value":"HR"}]}]}})", R"({"Metadata":{}} x)"}) {
        EXPECT_TRUE(titus(json).malformed) << json;
        EXPECT_THAT(titus(json).values, IsEmpty()) << json;
    }
    for (const char* field : {"not base64!", "=", "e30", "e30=e30="})
        EXPECT_TRUE(read_titus(field, {"classification"}).malformed) << field;
}

TEST(Titus, EachCutIsMalformed) {
    const auto whole = sealgate::text::encode_base64(titus_json);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_TRUE(read_titus(whole.substr(0, size), {"classification"}).malformed) << size;
}

TEST(Titus, DepthAndSizeAreBounded) {
    EXPECT_TRUE(titus(std::string(70'000, '[')).malformed);
    EXPECT_TRUE(titus(R"({"Metadata":{"props":)" + std::string(70'000, '[') + std::string(70'000, ']') + "}}").malformed);
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += R"({"n":"Classification","vals":[{"value":"A"}]},)";
    EXPECT_THAT(titus(R"({"Metadata":{"props":[)" + many + R"({"n":"x"}]}})").values, testing::SizeIs(10'000));
}

} // namespace
