// An exception in one line, for logs.
#pragma once

#include <exception>
#include <string>

namespace sealgate::milter {

std::string text_of(const std::exception_ptr& problem);

} // namespace sealgate::milter
