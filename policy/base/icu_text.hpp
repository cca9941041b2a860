// ICU's UTF-16 as code points, and its errors as exceptions (its data is broken, or memory is short).
// Tested by base/fold_test.
#pragma once

#include <unicode/utypes.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::icu {

// Throws std::runtime_error where the status is a failure.
void check(UErrorCode status, const char* doing);

std::u16string to_utf16(std::u32string_view points);
std::u32string from_utf16(std::u16string_view units);

// Calls an ICU function that writes UTF-16 into a buffer; once more, if it asks for a larger one.
template <class Write>
std::u32string text_from(Write write, const char* doing) {
    std::u16string out(64, u'\0');
    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        const auto size = write(out.data(), static_cast<std::int32_t>(out.size()), status);
        const bool too_small = status == U_BUFFER_OVERFLOW_ERROR;
        if (!too_small) check(status, doing);
        out.resize(static_cast<std::size_t>(size));
        if (!too_small) return from_utf16(out);
    }
}

} // namespace sealgate::icu
