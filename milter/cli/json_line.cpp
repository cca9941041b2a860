#include "milter/cli/json_line.hpp"

#include "policy/base/text.hpp"

#include <iostream>

namespace sealgate::milter {

void print_json_line(const boost::json::value& what) {
    std::cout << text::printable_json(boost::json::serialize(what)) << '\n';
}

} // namespace sealgate::milter
