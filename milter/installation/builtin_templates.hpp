// The files with which an organisation begins, as they ship: contrib/policies, in the program.
// Tested by installation/first_files_test.
#pragma once

#include <span>
#include <string_view>

namespace sealgate::milter {

struct builtin_template {
    std::string_view name; // "policy.yaml"
    std::string_view content;
};

std::span<const builtin_template> builtin_templates();

} // namespace sealgate::milter
