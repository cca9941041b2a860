#include "policy/texts/transliteration.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/icu_text.hpp"
#include "policy/base/text.hpp"

#include <unicode/unorm2.h>

#include <algorithm>
#include <array>
#include <span>

namespace sealgate::policy {

namespace {

struct likeness {
    char32_t letter;
    std::string_view ascii;
};

constexpr likeness of_german[] = {{U'ä', "ae"}, {U'ö', "oe"}, {U'ü', "ue"}, {U'Ä', "Ae"}, {U'Ö', "Oe"}, {U'Ü', "Ue"}};

constexpr likeness of_all[] = {
    {U'ß', "ss"}, {U'æ', "ae"}, {U'Æ', "AE"},  {U'œ', "oe"}, {U'Œ', "OE"},  {U'ø', "o"},      {U'Ø', "O"},     {U'ł', "l"},
    {U'Ł', "L"},  {U'đ', "d"},  {U'Đ', "D"},   {U'ı', "i"},  {U'¿', ""},    {U'¡', ""},       {U'‘', "'"},     {U'’', "'"},
    {U'‚', "'"},  {U'“', "\""}, {U'”', "\""},  {U'„', "\""}, {U'«', "\""},  {U'»', "\""},     {U'‹', "'"},     {U'›', "'"},
    {U'–', "-"},  {U'—', "-"},  {U'…', "..."}, {U'·', "-"},  {U'€', "EUR"}, {U'\u00A0', " "}, {U'\u202F', " "}};

const likeness* find(std::span<const likeness> among, char32_t letter) {
    const auto at = std::ranges::find(among, letter, &likeness::letter);
    return at == among.end() ? nullptr : &*at;
}

// "é" as "e", if marks are all that it has more.
std::optional<char> without_marks(char32_t letter) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* nfd = unorm2_getNFDInstance(&status);
    icu::check(status, "decomposing letters");
    std::array<char16_t, 16> parts{};
    const auto size = unorm2_getDecomposition(nfd, static_cast<UChar32>(letter), parts.data(), parts.size(), &status);
    if (size <= 1 || U_FAILURE(status) || parts[0] > 0x7E) return std::nullopt;
    const auto rest = icu::from_utf16({parts.data() + 1, static_cast<std::size_t>(size) - 1});
    return std::ranges::all_of(rest, is_mark) ? std::optional(static_cast<char>(parts[0])) : std::nullopt;
}

} // namespace

std::optional<std::string> in_ascii(std::string_view text, std::string_view language) {
    const bool is_german = text::iequals(language.substr(0, language.find('-')), "de");
    std::string out;
    for (const char32_t letter : text::decode_utf8(text)) {
        const auto* like = is_german ? find(of_german, letter) : nullptr;
        if (!like) like = find(of_all, letter);
        if (letter < 0x80) {
            out += static_cast<char>(letter);
        } else if (like) {
            out += like->ascii;
        } else if (const auto plain = without_marks(letter)) {
            out += *plain;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

} // namespace sealgate::policy
