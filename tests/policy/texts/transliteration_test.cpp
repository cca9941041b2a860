// Texts in ASCII.
#include "policy/texts/transliteration.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

TEST(Transliteration, LettersKeepTheirLikeness) {
    const struct {
        const char* text;
        const char* language;
        const char* ascii; // null: there is none
    } cases[] = {{"plain (5%)", "en", "plain (5%)"},
                 {"Schlüssel für Größe, ÄÖÜ", "de", "Schluessel fuer Groesse, AeOeUe"},
                 {"für", "de-AT", "fuer"},
                 {"pingüino, ¿qué? «no»", "es", "pinguino, que? \"no\""},
                 {"clé\u00A0: œuvre, ça, déjà…", "fr", "cle : oeuvre, ca, deja..."},
                 {"Łódź, Tiếng", "pl", "Lodz, Tieng"},
                 {"e\u0301", "fr", nullptr},
                 {"ключ", "ru", nullptr},
                 {"鍵", "ja", nullptr},
                 {"", "en", ""}};
    for (const auto& [text, language, ascii] : cases) {
        const auto made = in_ascii(text, language);
        EXPECT_EQ(made.has_value(), ascii != nullptr) << text;
        if (!ascii) continue;
        EXPECT_EQ(made.value_or("none"), ascii);
    }
}

} // namespace
} // namespace sealgate::policy
