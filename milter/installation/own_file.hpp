// A file of the administrator's that setup writes, with a mark (first_files.hpp): somebody else's hand is never written over
// unasked. Tested by e2e/test_setup.py.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sealgate::milter {

enum class own_file_state : std::uint8_t { written, unchanged, kept };

constexpr auto names(own_file_state) {
    using enum own_file_state;
    return std::to_array<policy::named<own_file_state>>({{written, "written"}, {unchanged, "unchanged"}, {kept, "kept"}});
}

// `may_replace` is asked where somebody has changed it; what stood there is kept beside it then (FILE.before-sealgate). Throws
// std::system_error.
own_file_state write_own_file(const std::string& file, std::string_view content, const std::function<bool()>& may_replace);

} // namespace sealgate::milter
