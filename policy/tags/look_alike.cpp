#include "policy/tags/look_alike.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/icu_text.hpp"
#include "policy/base/text.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace sealgate::policy {

namespace {

constexpr bool is_ascii(char32_t c) { return c < 0x80; }

UChar32 uchar(char32_t c) { return static_cast<UChar32>(c); }

struct checker_closer {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

// Opening one costs more than a whole message, so each thread keeps its own.
const USpoofChecker& spoof_checker() {
    thread_local const auto checker = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<USpoofChecker, checker_closer> opened(uspoof_open(&status));
        icu::check(status, "opening the Unicode look-alike table");
        return opened;
    }();
    return *checker;
}

std::u32string skeleton(UChar32 c) {
    const auto units = icu::to_utf16(std::u32string(1, static_cast<char32_t>(c)));
    return icu::text_from(
        [&](char16_t* to, std::int32_t room, UErrorCode& status) {
            return uspoof_getSkeleton(&spoof_checker(), 0, units.data(), static_cast<std::int32_t>(units.size()), to, room,
                                      &status);
        },
        "looking for look-alikes");
}

// What ASCII looks like: digits and signs as the small letters they stand for; i, l and 1 as one.
constexpr auto ascii_forms = [] {
    std::array<char32_t, 128> forms{};
    for (char32_t c = U'a'; c <= U'z'; ++c) forms[c] = c, forms[c - U'a' + U'A'] = c;
    for (char32_t c = U'0'; c <= U'9'; ++c) forms[c] = c;
    forms[U'0'] = U'o', forms[U'1'] = U'i', forms[U'3'] = U'e', forms[U'4'] = U'a', forms[U'5'] = U's';
    forms[U'7'] = U't', forms[U'8'] = U'b', forms[U'$'] = U's', forms[U'@'] = U'a', forms[U'+'] = U'+';
    forms[U'l'] = forms[U'L'] = forms[U'I'] = U'i';
    return forms;
}();

bool has_script(char32_t c, UScriptCode script) {
    UErrorCode status = U_ZERO_ERROR;
    return uscript_getScript(uchar(c), &status) == script;
}

// Marks that any letter can bear. Vowel signs of Indic scripts and Thai are marks too, but tell words apart.
bool is_accent(char32_t c) {
    const auto type = u_charType(uchar(c));
    return type == U_ENCLOSING_MARK || (type == U_NON_SPACING_MARK && has_script(c, USCRIPT_INHERITED));
}

// What people write for Latin letters and UTS 39 does not have, or not as a letter: currency signs, and
// capitals of Greek, Cyrillic, Cherokee and the Canadian syllabics (folded, where they have case).
struct resemblance {
    std::u32string_view signs;
    char32_t letter;
};
constexpr auto resemblances = std::to_array<resemblance>({
    {U"λδʌ₳ᗩᐱᐃ", U'a'}, // Λ Δ Ʌ ₳ ᗩ ᐱ ᐃ
    {U"¢₵©ᑕᑢᑦ", U'c'},  // ¢ ₵ © ᑕ ᑢ ᑦ
    {U"ᕲᗫ", U'd'},      // ᕲ ᗫ
    {U"€эєᗴᕮᙓᘿ", U'e'}, // € Э Є ᗴ ᕮ ᙓ ᘿ
    {U"Ꮆᘜ", U'g'},      // Ꮆ ᘜ
    {U"ᕼᖺ", U'h'},      // ᕼ ᖺ
    {U"ᓰ", U'i'},       // ᓰ
    {U"₭", U'k'},       // ₭
    {U"£₤", U'l'},      // £ ₤
    {U"πпи₦ᑎ", U'n'},   // Π П И ₦ ᑎ
    {U"ᗝ", U'o'},       // ᗝ
    {U"₱", U'p'},       // ₱
    {U"ᑫ", U'q'},       // ᑫ
    {U"я®", U'r'},      // Я ®
    {U"ᔕ", U's'},       // ᔕ
    {U"₮ᖶ", U't'},      // ₮ ᖶ
    {U"ωш₩ᗯ", U'w'},    // ω Ш ₩ ᗯ
    {U"¥", U'y'},       // ¥
    {U"ᘔ", U'z'},       // ᘔ
});

std::optional<char32_t> resembled_letter(char32_t c) {
    const auto found = std::ranges::find_if(resemblances, [&](const resemblance& entry) { return entry.signs.contains(c); });
    return found == resemblances.end() ? std::nullopt : std::optional(found->letter);
}

// The letter in a name such as "LATIN LETTER SMALL CAPITAL N", "LATIN SMALL LETTER B WITH MIDDLE TILDE" or
// "NEGATIVE CIRCLED LATIN CAPITAL LETTER C".
std::optional<char32_t> named_letter(char32_t c) {
    if (is_ascii(c) || (u_charType(uchar(c)) != U_OTHER_SYMBOL && !has_script(c, USCRIPT_LATIN))) return {};
    std::array<char, 128> buffer{};
    UErrorCode status = U_ZERO_ERROR;
    const auto size = u_charName(uchar(c), U_UNICODE_CHAR_NAME, buffer.data(), buffer.size(), &status);
    if (U_FAILURE(status)) return {};
    auto name = std::string_view(buffer.data(), static_cast<std::size_t>(size));
    name = name.substr(0, name.find(" WITH "));
    const bool latin = name.contains("LATIN ") || name.starts_with("REGIONAL INDICATOR ");
    const bool one_letter = name.size() >= 2 && name[name.size() - 2] == ' ';
    if (!latin || !one_letter) return {};
    return static_cast<unsigned char>(text::to_lower(name.back()));
}

void add_form(char32_t c, std::u32string& form) {
    if (c == U'm' || c == U'M')
        form += U"rn"; // as UTS 39 has it
    else if (is_ascii(c))
        form.append(ascii_forms[c] == 0 ? 0 : 1, ascii_forms[c]);
    else if (is_mark(c) && !form.empty() && is_ascii(form.back()))
        return; // on a Latin letter any mark is an accent
    else if (is_word_point(c) && !is_accent(c))
        form += c;
}

bool starts_ascii(std::u32string_view letters) { return !letters.empty() && is_ascii(letters.front()); }

// A folded letter may look like a Latin one as it is, or only in capitals (Cyrillic "н" does not, "Н" does).
void add_look_alike(char32_t c, std::u32string& form) {
    if (is_ascii(c)) return add_form(c, form);
    if (const auto letter = resembled_letter(c)) return add_form(*letter, form);
    auto letters = skeleton(uchar(c));
    if (!letters.empty() && !starts_ascii(letters)) {
        auto capitals = skeleton(u_toupper(uchar(c)));
        if (starts_ascii(capitals))
            letters = std::move(capitals);
        else if (const auto letter = named_letter(c))
            letters = *letter;
        else if (const auto of_skeleton = named_letter(letters.front()))
            letters.front() = *of_skeleton;
    }
    for (const char32_t letter : letters) add_form(letter, form);
}

} // namespace

look_alike_text look_alike(std::u32string_view folded) {
    look_alike_text out;
    out.form.reserve(folded.size() + 4);
    out.starts.reserve(folded.size() + 1);
    for (std::size_t i = 0; i < folded.size(); ++i) {
        out.starts.push_back(out.form.size());
        // "!" and "|" are an i within a word, and no letter behind it.
        const bool stroke = folded[i] == U'!' || folded[i] == U'|';
        const bool within = i > 0 && i + 1 < folded.size() && is_word_point(folded[i - 1]) && is_word_point(folded[i + 1]);
        if (!stroke)
            add_look_alike(folded[i], out.form);
        else if (within)
            out.form += U'i';
    }
    out.starts.push_back(out.form.size());
    return out;
}

bool is_pictured_letter(char32_t c) { return !is_ascii(c) && u_charType(uchar(c)) == U_OTHER_SYMBOL && named_letter(c); }

} // namespace sealgate::policy
