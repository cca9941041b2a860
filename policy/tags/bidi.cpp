#include "policy/tags/bidi.hpp"

#include "policy/base/icu_text.hpp"
#include "policy/base/text.hpp"

#include <unicode/ubidi.h>

#include <algorithm>
#include <memory>
#include <new>

namespace sealgate::policy {

namespace {

struct bidi_closer {
    void operator()(UBiDi* bidi) const { ubidi_close(bidi); }
};

std::u32string reordered(const std::u16string& units, UBiDiLevel paragraph) {
    constexpr std::uint16_t as_seen = UBIDI_DO_MIRRORING | UBIDI_KEEP_BASE_COMBINING;
    const std::unique_ptr<UBiDi, bidi_closer> bidi(ubidi_open());
    if (!bidi) throw std::bad_alloc();
    UErrorCode status = U_ZERO_ERROR;
    ubidi_setPara(bidi.get(), units.data(), static_cast<std::int32_t>(units.size()), paragraph, nullptr, &status);
    icu::check(status, "ordering text for display");
    return icu::text_from([&](char16_t* to, std::int32_t room,
                              UErrorCode& error) { return ubidi_writeReordered(bidi.get(), to, room, as_seen, &error); },
                          "ordering text for display");
}

// From the right, brackets open with the sign that closes them from the left.
std::u32string from_the_right(std::u32string_view seen) {
    const auto units = icu::to_utf16(seen);
    return icu::text_from(
        [&](char16_t* to, std::int32_t room, UErrorCode& status) {
            return ubidi_writeReverse(units.data(), static_cast<std::int32_t>(units.size()), to, room,
                                      UBIDI_DO_MIRRORING | UBIDI_KEEP_BASE_COMBINING, &status);
        },
        "reading text from the right");
}

} // namespace

bool steers_direction(std::string_view utf8) {
    return std::ranges::any_of(text::decode_utf8(utf8), [](char32_t c) {
        constexpr char32_t arabic_mark = U'\u061C', right_to_left_mark = U'\u200F';
        return c == arabic_mark || c == right_to_left_mark || (c >= U'\u202A' && c <= U'\u202E') ||
               (c >= U'\u2066' && c <= U'\u2069');
    });
}

std::vector<std::string> displayed(std::string_view utf8) {
    const auto units = icu::to_utf16(text::decode_utf8(utf8));
    std::vector<std::string> readings;
    for (const UBiDiLevel paragraph : {UBIDI_LTR, UBIDI_RTL}) {
        const auto seen = reordered(units, paragraph);
        readings.push_back(text::encode_utf8(seen));
        readings.push_back(text::encode_utf8(from_the_right(seen)));
    }
    return readings;
}

} // namespace sealgate::policy
