// What administrators were told of keys, as a file (contrib/design/watch_format.md). Pure.
//
// What is read is checked; a line that is not of this form is passed over, and counted: its key is told again.
#pragma once

#include "policy/notices/key_watch.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sealgate::milter {

std::string to_text(const policy::watch_memory& told);

struct read_watch {
    policy::watch_memory told;
    std::size_t passed_over = 0; // lines
};

read_watch parse_watch(std::string_view content);

} // namespace sealgate::milter
