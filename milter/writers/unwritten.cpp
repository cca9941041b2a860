#include "milter/writers/unwritten.hpp"

#include "milter/base/exception_text.hpp"

namespace sealgate::milter {

unwritten why_unwritten(const std::exception& problem) { return {.text = text_of(problem), .no_room = is_about_room(problem)}; }

} // namespace sealgate::milter
