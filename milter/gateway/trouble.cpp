#include "milter/gateway/trouble.hpp"

#include "milter/base/exception_text.hpp"

namespace sealgate::milter {

trouble trouble_of(const std::exception& problem, policy::reason otherwise) {
    return {.why = is_about_room(problem) ? policy::reason::no_room : otherwise, .text = text_of(problem)};
}

} // namespace sealgate::milter
