// The tag of a notice's language, among those that a policy has.
#include "policy/texts/tag_language.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

TEST(TagLanguage, TheFirstOfTheLanguageElseTheFirst) {
    const std::vector<std::string> tags{"confidential", "Streng  Vertraulich", "vertraulich", "confidentiel", "riservato"};
    const struct {
        const char* language;
        const char* tag;
        const char* name;
    } cases[] = {{"en", "confidential", "secret"},
                 {"de", "Streng  Vertraulich", "Streng  Vertraulich"},
                 {"de-AT", "Streng  Vertraulich", "Streng  Vertraulich"},
                 {"FR", "confidentiel", "secret"},
                 {"it", "riservato", "riservato"},
                 {"es", "confidential", "secret"},
                 {"", "confidential", "secret"}};
    for (const auto& [language, tag, name] : cases) {
        EXPECT_EQ(tag_in(tags, language), tag) << language;
        EXPECT_EQ(name_in("secret", tags, language), name) << language;
        EXPECT_EQ(name_in("restricted", tags, language), "restricted") << "a word of the house is nobody's to translate";
    }
    EXPECT_EQ(tag_in({"secret", "confidentiel"}, "fr"), "confidentiel");
    EXPECT_EQ(tag_in({"geheim", "secret"}, "fr"), "secret");
    EXPECT_EQ(tag_in({"public", "publique"}, "fr"), "public");
    EXPECT_EQ(tag_in({"publique", "public"}, "en"), "public");
    EXPECT_EQ(tag_in({}, "de"), "");
    EXPECT_EQ(tag_in({"geheim"}, "fr"), "geheim");
}

} // namespace
} // namespace sealgate::policy
