#include "milter/gateway/trouble.hpp"

#include "milter/base/exception_text.hpp"

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace sealgate::milter {

namespace {

bool is_full(const std::error_code& code) {
    return code == std::errc::no_space_on_device || code == std::error_code(EDQUOT, std::generic_category()) ||
           code == std::errc::file_too_large;
}

} // namespace

trouble trouble_of(const std::exception& problem, policy::reason otherwise) {
    if (dynamic_cast<const std::bad_alloc*>(&problem) || dynamic_cast<const std::length_error*>(&problem))
        return {.why = policy::reason::no_room, .text = "no memory for it"};
    const auto* of_system = dynamic_cast<const std::system_error*>(&problem);
    const bool full = of_system != nullptr && is_full(of_system->code());
    return {.why = full ? policy::reason::no_room : otherwise, .text = text_of(problem)};
}

} // namespace sealgate::milter
