#include "milter/cli/current_user.hpp"

#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

namespace sealgate::milter {

std::string current_user(const policy::pseudonyms& names) {
    const auto* entry = ::getpwuid(::getuid());
    const std::string name = entry ? entry->pw_name : "uid " + std::to_string(::getuid());
    const auto* before = std::getenv("SUDO_USER");
    return (before && *before ? names.of_user(before) + " as " : "") + names.of_user(name);
}

} // namespace sealgate::milter
