#include "milter/commands/list.hpp"

#include <iostream>

namespace sealgate::milter {

int cmd_version(const invocation& called) {
    if (called.json()) {
        std::cout << "{\"name\":\"sealgate\",\"version\":\"" SEALGATE_VERSION "\"}\n";
    } else {
        std::cout << "sealgate " SEALGATE_VERSION "\n";
    }
    return exit_yes;
}

} // namespace sealgate::milter
