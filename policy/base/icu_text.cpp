#include "policy/base/icu_text.hpp"

#include <unicode/utf16.h>

#include <stdexcept>

namespace sealgate::icu {

void check(UErrorCode status, const char* doing) {
    if (U_FAILURE(status)) throw std::runtime_error(std::string(doing) + ": " + u_errorName(status));
}

std::u16string to_utf16(std::u32string_view points) {
    std::u16string out;
    for (const char32_t c : points) {
        if (c < 0x10000)
            out += static_cast<char16_t>(c);
        else
            out += {U16_LEAD(c), U16_TRAIL(c)};
    }
    return out;
}

std::u32string from_utf16(std::u16string_view units) {
    std::u32string out;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const bool pair = U16_IS_LEAD(units[i]) && i + 1 < units.size() && U16_IS_TRAIL(units[i + 1]);
        if (pair)
            out += static_cast<char32_t>(U16_GET_SUPPLEMENTARY(units[i], units[i + 1])), ++i;
        else
            out += units[i];
    }
    return out;
}

} // namespace sealgate::icu
