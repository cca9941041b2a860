#include "policy/rules/labels.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

namespace sealgate::policy {

std::string label_key(std::string_view utf8) { return text::encode_utf8(fold(utf8).points); }

} // namespace sealgate::policy
