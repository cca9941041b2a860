// Text as it looks, for near misses only. It forgives much more than folding does: letters of other scripts (UTS 39 section 4,
// skeleton; a table for what is missing there), letters within signs, digits for letters, accents, enclosing marks, and all
// punctuation but "+".
//
// Pure, locale-free, linear. Throws std::runtime_error where ICU's data is broken.
// Tested by base/fold_test and tags/near_miss_test.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// The look-alike form of folded code points. Point i became form[starts[i]] to form[starts[i + 1] - 1].
struct look_alike_text {
    std::u32string form;
    std::vector<std::size_t> starts; // one more than there are points
};

look_alike_text look_alike(std::u32string_view folded);

// A Latin letter drawn in a circle, square or flag, which Unicode counts as a sign and not as a letter.
bool is_pictured_letter(char32_t c);

} // namespace sealgate::policy
