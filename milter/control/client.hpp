// Asks the gateway that runs over its control socket: a line out, a line of JSON back. Blocks.
// Tested by e2e/test_status.py.
#pragma once

#include <boost/json.hpp>

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace sealgate::milter {

// `socket`: config::control_socket(). The error says that no gateway runs there, or what else is wrong, and what to do.
std::expected<boost::json::object, std::string> ask_gateway(const std::string& socket, std::string_view question,
                                                            std::chrono::seconds patience);

} // namespace sealgate::milter
