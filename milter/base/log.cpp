#include "milter/base/log.hpp"

#include "policy/base/text.hpp"

#include <string>
#include <unistd.h>

namespace sealgate::milter {

void log_line(std::string_view text) {
    // One write a line, so that lines of several threads do not mix. A log nobody takes must not stop mail.
    const auto line = "sealgate: " + text::printable(text, 2000) + "\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace sealgate::milter
