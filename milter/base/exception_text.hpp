// An exception in one line, for logs and people: what could not be done, with which file, and why. Without what libraries add
// for those who write programs: where in their source it was noticed, and names that are empty.
#pragma once

#include <exception>
#include <string>

namespace sealgate::milter {

std::string text_of(const std::exception& problem);
std::string text_of(const std::exception_ptr& problem);

// A full disk, or memory that is refused.
bool is_about_room(const std::exception& problem);

} // namespace sealgate::milter
