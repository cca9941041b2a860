// An exception in one line, for logs.
#pragma once

#include <exception>
#include <string>

namespace sealgate::milter {

std::string text_of(const std::exception_ptr& problem);

// Memory was refused: what was under way is given up, and all else goes on.
bool is_of_memory(const std::exception_ptr& problem);

} // namespace sealgate::milter
