// The one thing that the metrics' socket speaks: GET /metrics (RFC 9112). Pure.
// Tested by control/exposition_test.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sealgate::milter {

// The whole answer to a request whose header ends with an empty line. `metrics` is asked only where it is sent.
std::string answer_http(std::string_view request, const std::function<std::string()>& metrics);

} // namespace sealgate::milter
