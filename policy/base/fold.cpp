#include "policy/base/fold.hpp"

#include "policy/base/icu_text.hpp"
#include "policy/base/text.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

namespace sealgate::policy {
namespace {

constexpr bool is_ascii(char32_t c) { return c < 0x80; }

UChar32 uchar(char32_t c) { return static_cast<UChar32>(c); }

const UNormalizer2& nfkc_casefold() {
    static const UNormalizer2* const normalizer = [] {
        UErrorCode status = U_ZERO_ERROR;
        const auto* instance = unorm2_getNFKCCasefoldInstance(&status);
        icu::check(status, "opening the Unicode normalizer");
        return instance;
    }();
    return *normalizer;
}

// A few ligatures become a whole sentence (U+FDFA: 18 letters). They stay, to keep memory in proportion.
constexpr std::size_t most_letters_each = 8;

std::u32string normalized(std::u32string_view points) {
    const auto units = icu::to_utf16(points);
    auto out = icu::text_from(
        [&](char16_t* to, std::int32_t room, UErrorCode& status) {
            return unorm2_normalize(&nfkc_casefold(), units.data(), static_cast<std::int32_t>(units.size()), to, room, &status);
        },
        "normalizing text");
    return out.size() <= points.size() * most_letters_each ? out : std::u32string(points);
}

bool is_white_space(char32_t c) {
    constexpr char32_t braille_blank = U'\u2800';
    if (is_ascii(c)) return c == U' ' || (c >= U'\t' && c <= U'\r');
    return u_isUWhiteSpace(uchar(c)) != 0 || c == braille_blank;
}

bool is_invisible(char32_t c) {
    if (is_ascii(c)) return c < 0x20 || c == 0x7F;
    const auto type = u_charType(uchar(c));
    return type == U_CONTROL_CHAR || type == U_FORMAT_CHAR;
}

class folder {
public:
    explicit folder(std::size_t expected) {
        out_.points.reserve(expected);
        out_.origins.reserve(expected);
    }

    // One normalized code point, from the bytes [begin, end) of the source.
    void add(char32_t c, std::size_t begin, std::size_t end) {
        constexpr char32_t dotless_i = U'\u0131', dot_above = U'\u0307', hyphen = U'\u2010';
        if (is_white_space(c)) {
            space_ = true;
            return;
        }
        const bool dot_of_i = c == dot_above && out_.points.ends_with(U'i');
        if (is_invisible(c) || dot_of_i) return;
        out_.points += c == dotless_i ? U'i' : c == hyphen ? U'-' : c;
        out_.origins.push_back({.begin = static_cast<std::uint32_t>(begin),
                                .end = static_cast<std::uint32_t>(end) & 0x7FFFFFFFu,
                                .after_space = space_ ? 1u : 0u});
        space_ = false;
    }

    folded_text take() && { return std::move(out_); }

private:
    folded_text out_;
    bool space_ = false;
};

std::size_t sequence_length(char32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

// Code points with the place of each in the source, which is valid UTF-8: each is as long as its value says.
struct cursor {
    std::u32string_view points;
    std::size_t index = 0;
    std::size_t offset = 0;

    bool at_end() const { return index == points.size(); }
    char32_t peek() const { return points[index]; }
    void next() { offset += sequence_length(points[index++]); }
};

// Letters are normalized together with the marks behind them; more marks than this start a new group, since
// ICU sorts each group (Unicode Annex 15 section 12.1 has the same limit).
constexpr std::size_t longest_group = 31;

// Whether c is normalized with what stands before it: a mark, or something invisible that a mark may follow.
bool joins_group(char32_t c) {
    return !unorm2_hasBoundaryBefore(&nfkc_casefold(), uchar(c)) ||
           (!is_ascii(c) && u_hasBinaryProperty(uchar(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0);
}

void fold_group(cursor& at, folder& out) {
    const auto from = at;
    do at.next();
    while (!at.at_end() && at.index - from.index < longest_group && joins_group(at.peek()));
    const auto group = from.points.substr(from.index, at.index - from.index);
    if (group.size() == 1 && is_ascii(group.front())) {
        const char32_t c = group.front();
        out.add(c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c, from.offset, at.offset);
        return;
    }
    for (const char32_t c : normalized(group)) out.add(c, from.offset, at.offset);
}

folded_text fold_ascii(std::string_view ascii) {
    folder out(ascii.size());
    for (std::size_t i = 0; i < ascii.size(); ++i) out.add(static_cast<unsigned char>(text::to_lower(ascii[i])), i, i + 1);
    return std::move(out).take();
}

} // namespace

folded_text fold(std::string_view utf8) {
    if (std::ranges::all_of(utf8, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return fold_ascii(utf8);
    const auto points = text::decode_utf8(utf8);
    folder out(points.size());
    for (cursor at{.points = points}; !at.at_end();) fold_group(at, out);
    return std::move(out).take();
}

bool is_mark(char32_t c) { return (U_GET_GC_MASK(uchar(c)) & U_GC_M_MASK) != 0; }

bool is_word_point(char32_t c) {
    if (is_ascii(c)) return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
    return u_isalnum(uchar(c)) != 0 || is_mark(c);
}

bool stands_alone(char32_t c) {
    if (c < 0x0E00) return false; // Thai is the first of these scripts
    UErrorCode status = U_ZERO_ERROR;
    return is_word_point(c) && uscript_breaksBetweenLetters(uscript_getScript(uchar(c), &status)) != 0;
}

std::string capitalised(std::string_view utf8) {
    auto points = text::decode_utf8(utf8);
    if (!points.empty()) points[0] = static_cast<char32_t>(u_toupper(uchar(points[0])));
    return text::encode_utf8(points);
}

bracket bracket_of(char32_t c) {
    switch (c) {
    case U'(':
    case U'[':
    case U'{':
    case U'<':
    case U'«':
    case U'‹': return bracket::open;
    case U')':
    case U']':
    case U'}':
    case U'>':
    case U'»':
    case U'›': return bracket::close;
    }
    if (is_ascii(c)) return bracket::none;
    const auto type = u_getIntPropertyValue(uchar(c), UCHAR_BIDI_PAIRED_BRACKET_TYPE);
    return type == U_BPT_OPEN ? bracket::open : type == U_BPT_CLOSE ? bracket::close : bracket::none;
}

} // namespace sealgate::policy
