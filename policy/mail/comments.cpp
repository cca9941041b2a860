#include "policy/mail/comments.hpp"

namespace sealgate::policy {

commented_value without_comments(std::string_view value) {
    std::string out;
    std::size_t depth = 0, outermost = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '(' && depth++ == 0)
            outermost = i;
        else if (c == '(')
            continue;
        else if (c == ')' && depth > 0)
            --depth;
        else if (c == '\\' && depth > 0)
            ++i;
        else if (depth == 0)
            out += c;
    }
    if (depth == 0) return {.text = out};
    return {.text = std::string(value), .before_open_comment = without_comments(value.substr(0, outermost)).text};
}

} // namespace sealgate::policy
