// Text whose order on the screen is not the one in memory (Unicode Annex 9). Takes valid UTF-8. Pure. Throws
// std::runtime_error where ICU's data is broken.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Whether the text holds invisible characters that can reverse what is displayed: right-to-left marks,
// embeddings, overrides, isolates.
bool steers_direction(std::string_view utf8);

// The text as the eye meets it: as a paragraph of either direction, each read from the left and from the
// right. For short texts only: ICU pairs brackets in quadratic time.
std::vector<std::string> displayed(std::string_view utf8);

} // namespace sealgate::policy
