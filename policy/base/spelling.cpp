#include "policy/base/spelling.hpp"

#include "policy/base/text.hpp"

namespace sealgate {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto near = text::nearest(word, candidates);
    return near.empty() ? std::string{} : "; did you mean \"" + near + "\"?";
}

} // namespace sealgate
