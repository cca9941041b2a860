// An exception in one line, for logs and people: what could not be done, with which file, and why. Without what libraries add
// for those who write programs: where in their source it was noticed, and names that are empty.
#pragma once

#include <exception>
#include <string>

namespace sealgate::milter {

std::string text_of(const std::exception& problem);
std::string text_of(const std::exception_ptr& problem);

} // namespace sealgate::milter
